import { writeFileSync } from 'node:fs'
import { coveragePath, coverageText } from './coverage.ts'

writeFileSync(coveragePath, coverageText())
