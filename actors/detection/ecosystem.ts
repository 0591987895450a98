/** The files of one commit, without a checkout. */
export type ProjectFiles = {
  /** Every path, relative to the top. */
  paths: ReadonlySet<string>
  read(path: string): Promise<string | undefined>
}

/** What a detected command finds out; decides its weight. */
export type Purpose = 'test' | 'build' | 'typecheck' | 'lint' | 'format'

export type Finding = { purpose: Purpose; name: string; why: string } & (
  { argv: [string, ...string[]]; shell?: never } | { shell: string; argv?: never }
)

/** One way of building software. A new one is a file of its own and a line in index.ts. */
export type Ecosystem = {
  /** Whether the project is of this kind at all. */
  isPresent(files: ProjectFiles): boolean
  detect(files: ProjectFiles): Promise<Finding[]>
  /** Globs of its tests and of the configuration that decides what its commands check. */
  reliesOn: readonly string[]
}

/** The first of these that is there. */
export const firstOf = (files: ProjectFiles, ...names: string[]): string | undefined =>
  names.find((name) => files.paths.has(name))
