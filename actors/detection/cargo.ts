import type { Ecosystem } from './ecosystem.ts'

export const cargo: Ecosystem = {
  isPresent: (files) => files.paths.has('Cargo.toml'),
  // Unit tests live in the sources themselves; those cannot be told from the work by path.
  reliesOn: [
    '**/tests/**',
    '**/benches/**',
    '**/{clippy,.clippy,rustfmt,.rustfmt}.toml',
    '.cargo/**',
    'rust-toolchain*',
  ],
  async detect(files) {
    const isWorkspace = /^\s*\[workspace\]/m.test((await files.read('Cargo.toml')) ?? '')
    const all = isWorkspace ? ['--workspace'] : []
    const why = `Cargo.toml${isWorkspace ? ' is a workspace' : ''}`
    return [
      { purpose: 'build', name: 'cargo-build', argv: ['cargo', 'build', ...all], why },
      { purpose: 'test', name: 'cargo-test', argv: ['cargo', 'test', ...all], why },
      { purpose: 'lint', name: 'cargo-clippy', argv: ['cargo', 'clippy', ...all], why },
      { purpose: 'format', name: 'cargo-fmt', argv: ['cargo', 'fmt', '--check'], why },
    ]
  },
}
