import type { Ecosystem, Finding, ProjectFiles } from './ecosystem.ts'

const solution = (files: ProjectFiles) =>
  [...files.paths].find((path) => /^[^/]+\.(sln|slnx|csproj|fsproj)$/.test(path))

export const dotnet: Ecosystem = {
  isPresent: (files) => solution(files) !== undefined,
  reliesOn: ['**/*Test*/**', '**/*.{sln,slnx,csproj,fsproj}', '**/Directory.*.props', 'global.json', '.editorconfig'],
  detect(files) {
    const why = solution(files)!
    const tests = [...files.paths].find((path) => /tests?[^/]*\.(cs|fs)proj$/i.test(path))
    const findings: Finding[] = [
      { purpose: 'build', name: 'dotnet-build', argv: ['dotnet', 'build', '--nologo'], why },
      { purpose: 'format', name: 'dotnet-format', argv: ['dotnet', 'format', '--verify-no-changes'], why },
    ]
    if (tests !== undefined)
      findings.push({
        purpose: 'test',
        name: 'dotnet-test',
        argv: ['dotnet', 'test', '--nologo'],
        why: `${why}, and ${tests}`,
      })
    return Promise.resolve(findings)
  },
}
