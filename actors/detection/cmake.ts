import type { Ecosystem, Finding } from './ecosystem.ts'

// Outside the sources' own names, and the same for both: whoever runs second finds the first one's objects.
const folder = '.cmake-build'
const build = `cmake -S . -B ${folder} && cmake --build ${folder}`

export const cmake: Ecosystem = {
  isPresent: (files) => files.paths.has('CMakeLists.txt'),
  reliesOn: ['**/CMakeLists.txt', '**/*.cmake', 'CMakePresets.json', '.clang-{format,tidy}'],
  async detect(files) {
    const why = 'CMakeLists.txt'
    const findings: Finding[] = [{ purpose: 'build', name: 'cmake-build', shell: build, why }]
    const text = (await files.read('CMakeLists.txt')) ?? ''
    const call = /^\s*(enable_testing|include\s*\(\s*CTest)\b/im.exec(text)?.[1]
    if (call === undefined) return findings
    // ctest exits 0 when there is no test.
    const shell = `${build} && cd ${folder} && ctest --output-on-failure --no-tests=error`
    return [...findings, { purpose: 'test', name: 'ctest', shell, why: `CMakeLists.txt has ${call.trim()}` }]
  },
}
