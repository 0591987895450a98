import type { Ecosystem } from './ecosystem.ts'

const why = 'go.mod'

export const go: Ecosystem = {
  isPresent: (files) => files.paths.has('go.mod'),
  reliesOn: ['**/*_test.go', '**/testdata/**', '.golangci.*'],
  detect: () =>
    Promise.resolve([
      { purpose: 'build', name: 'go-build', argv: ['go', 'build', './...'], why },
      { purpose: 'test', name: 'go-test', argv: ['go', 'test', './...'], why },
      { purpose: 'lint', name: 'go-vet', argv: ['go', 'vet', './...'], why },
      // gofmt names the files that differ, and exits 0.
      { purpose: 'format', name: 'gofmt', shell: 'files=$(gofmt -l .) && echo "$files" && test -z "$files"', why },
    ]),
}
