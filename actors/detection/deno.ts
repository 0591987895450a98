import { type Ecosystem, type Finding, firstOf, type ProjectFiles } from './ecosystem.ts'

const manifests = ['deno.json', 'deno.jsonc']

export const deno: Ecosystem = {
  isPresent: (files) => firstOf(files, ...manifests) !== undefined,
  reliesOn: ['**/*_test.{ts,tsx,js,mjs}', '**/*.test.{ts,tsx,js,mjs}', 'deno.{json,jsonc,lock}'],
  async detect(files) {
    const manifest = firstOf(files, ...manifests)!
    // JSON with comments; all that is asked of it is whether it names a task.
    const text = (await files.read(manifest)) ?? ''
    return [
      ...testOf(files, manifest, text),
      { purpose: 'typecheck', name: 'deno-check', argv: ['deno', 'check', '.'], why: manifest },
      { purpose: 'lint', name: 'deno-lint', argv: ['deno', 'lint'], why: manifest },
      { purpose: 'format', name: 'deno-fmt', argv: ['deno', 'fmt', '--check'], why: manifest },
    ]
  },
}

function testOf(files: ProjectFiles, manifest: string, text: string): Finding[] {
  if (/"tasks"\s*:\s*\{[^}]*"test"\s*:/s.test(text))
    return [
      { purpose: 'test', name: 'deno-test', argv: ['deno', 'task', 'test'], why: `${manifest} has a task "test"` },
    ]
  const first = [...files.paths].find((path) => /(_test|\.test)\.(ts|tsx|js|mjs)$/.test(path))
  return first === undefined
    ? []
    : [{ purpose: 'test', name: 'deno-test', argv: ['deno', 'test', '--allow-all'], why: `${manifest}, and ${first}` }]
}
