import { z } from 'zod'
import { contentOf, removeFile, replaceFile } from './replacement.ts'
import type { Tool } from './tool.ts'

export const write: Tool<{ path: string; content: string | null }> = {
  name: 'write',
  description:
    'Write a file of the workspace, whole; folders above it are made. To change a part of a file use patch instead. With null as its content the file is removed.',
  arguments: z.strictObject({
    path: z.string().describe('Relative to the workspace.'),
    content: z.string().nullable().describe('All of it.'),
  }),
  reads: false,
  use: ({ path, content }, bench) => {
    if (content === null) return { text: 'removed', line: `removed ${path}`, ...removeFile(bench, path) }
    const text = Buffer.from(content)
    if (contentOf(bench.root, path)?.equals(text))
      return { text: 'the file was exactly this already', line: `left ${path} as it was`, mark: null }
    const done = replaceFile(bench, path, text)
    return { text: `written, ${text.length} bytes`, line: `wrote ${path}`, ...done }
  },
}
