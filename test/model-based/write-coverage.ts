import { writeFileSync } from 'node:fs'
import { coverageText } from './coverage.ts'

writeFileSync('docs/model-coverage.md', coverageText())
