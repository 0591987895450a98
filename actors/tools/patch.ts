import { z } from 'zod'
import { contentOf, digestOf, replaceFile } from './replacement.ts'
import { Refusal, type Tool } from './tool.ts'

const Edit = z.strictObject({
  find: z.string().min(1).describe('A piece of the file, exactly as it stands there, without line numbers.'),
  replace: z.string().describe('What takes its place.'),
  all: z.boolean().nullish().describe('Replace it wherever it stands. Default: it must stand there exactly once.'),
})
type Edit = z.infer<typeof Edit>

export const patch: Tool<{ path: string; edits: Edit[] }> = {
  name: 'patch',
  description: 'Change parts of a text file of the workspace. The edits are applied in order, all of them or none.',
  arguments: z.strictObject({
    path: z.string().describe('Relative to the workspace.'),
    edits: z.array(Edit).min(1).max(100),
  }),
  reads: false,
  use: ({ path, edits }, bench) => {
    const before = contentOf(bench.root, path)
    if (before === undefined) throw new Refusal('file.missing', `there is no ${path}; a new file is made with write`)
    const applied = {
      text: `applied, ${edits.length} ${edits.length === 1 ? 'edit' : 'edits'}`,
      line: `patched ${path}`,
    }
    // An attempt before a crash came this far: what is to be found is gone.
    const sha256 = digestOf(before)
    if (sha256 === bench.begun) return { ...applied, mark: `file ${path} ${sha256}` }
    const text = textOf(before, path)
    const after = edits.reduce((now, edit, i) => edited(now, edit, i + 1), text)
    if (after === text) return { text: 'the edits change nothing', line: `left ${path} as it was`, mark: null }
    return { ...applied, ...replaceFile(bench, path, Buffer.from(after)) }
  },
}

function textOf(content: Buffer, path: string): string {
  try {
    // The mark at the beginning of some files is a part of them.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content)
  } catch {
    throw new Refusal('file.binary', `${path} is no UTF-8 text`)
  }
}

function edited(text: string, edit: Edit, number: number): string {
  // Models write \n; a file whose lines end in \r\n keeps them.
  const native = text.includes('\r\n') ? (part: string) => part.replaceAll(/\r?\n/g, '\r\n') : (part: string) => part
  for (const meant of [native, (part: string) => native(asInFile(part))]) {
    const pieces = text.split(meant(edit.find))
    if (pieces.length === 1) continue
    if (pieces.length === 2 || edit.all) return pieces.join(meant(edit.replace))
    const times = pieces.length - 1
    throw new Refusal('patch.ambiguous', `edit ${number}: "find" stands there ${times} times; give more of it`)
  }
  throw new Refusal('patch.not_found', `edit ${number}: "find" does not stand in the file; read it again`)
}

/** What a model was shown in a way that it can see (`visible`), as it stands in the file. */
const asInFile = (part: string): string =>
  part
    .replaceAll(/\\u\{([0-9a-f]{1,6})\}/g, (all, hex: string) =>
      parseInt(hex, 16) > 0x10ffff ? all : String.fromCodePoint(parseInt(hex, 16)),
    )
    .replaceAll(/([<[])\\/g, '$1')
