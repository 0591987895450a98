import type { VerifierSpec } from '../../machines/index.ts'
import { bundler } from './bundler.ts'
import { cargo } from './cargo.ts'
import { cmake } from './cmake.ts'
import { composer } from './composer.ts'
import { deno } from './deno.ts'
import { dotnet } from './dotnet.ts'
import type { Ecosystem, Finding, ProjectFiles, Purpose } from './ecosystem.ts'
import { go } from './go.ts'
import { gradle } from './gradle.ts'
import { make } from './make.ts'
import { maven } from './maven.ts'
import { mix } from './mix.ts'
import { python } from './python.ts'
import { scripts } from './scripts.ts'

export type { ProjectFiles } from './ecosystem.ts'
export { isPlaceholder } from './scripts.ts'

const ecosystems: readonly Ecosystem[] = [
  scripts,
  cargo,
  go,
  python,
  maven,
  gradle,
  cmake,
  deno,
  bundler,
  composer,
  mix,
  dotnet,
]

/** A Makefile mostly calls what the others have found already, so it counts only for what they have not. */
const fallback: Ecosystem = make

/** Whatever the language: where tests lie, and who decides whether a change is accepted. */
const reliedOnAnywhere = [
  '**/{test,tests,spec}/**',
  '.github/**',
  '.gitlab-ci.yml',
  '.circleci/**',
  '.buildkite/**',
  'azure-pipelines.yml',
  'Jenkinsfile',
  '.pre-commit-config.yaml',
]

const terms: Record<Purpose, { weight: number; required: boolean }> = {
  test: { weight: 1, required: true },
  build: { weight: 1, required: true },
  typecheck: { weight: 1, required: true },
  lint: { weight: 0.5, required: false },
  format: { weight: 0.5, required: false },
}

/** The verifiers a project offers, each with the reason why. */
export async function detectVerifiers(files: ProjectFiles): Promise<VerifierSpec[]> {
  const found: Finding[] = []
  for (const ecosystem of ecosystems) if (ecosystem.isPresent(files)) found.push(...(await ecosystem.detect(files)))
  const known = new Set(found.map(({ purpose }) => purpose))
  found.push(...(await fallback.detect(files)).filter(({ purpose }) => !known.has(purpose)))
  return found.map(({ purpose, ...finding }) => ({
    ...finding,
    type: 'command',
    ...terms[purpose],
    timeoutSeconds: 900,
    rerun: true,
  }))
}

/** Globs of what these verifiers rely on: tests, configuration, and files of the repository that they name. */
export function tamperPaths(files: ProjectFiles, verifiers: readonly VerifierSpec[]): string[] {
  const present = [...ecosystems, fallback].filter((ecosystem) => ecosystem.isPresent(files))
  const named = verifiers
    .flatMap(({ argv, shell, cwd }) => (argv ?? shell?.split(/[\s;&|'"()]+/) ?? []).map((word) => ({ word, cwd })))
    .map(({ word, cwd }) => (cwd === undefined ? word : `${cwd}/${word}`).replace(/^(\.?\/)+/, ''))
    .filter((path) => files.paths.has(path))
  return [...new Set([...reliedOnAnywhere, ...present.flatMap((ecosystem) => ecosystem.reliesOn), ...named])]
}
