// `npm run floors`: fails on an import that points up, a name that says nothing, a file that is too long,
// a word of the domain in the runtime, and also when it read nothing.
import { resolve } from 'node:path'
import { checkFloors } from './report.ts'

const { findings, imports, files, median, longest } = await checkFloors(resolve(process.argv[2] ?? '.'))
for (const finding of findings) console.error(finding)
const measure = `${files} source files, ${imports} imports, median ${median} lines (aim: 90), longest ${longest}`
console.log(`floors: ${findings.length === 0 ? 'ok' : `${findings.length} findings`}; ${measure}`)
process.exitCode = findings.length === 0 ? 0 : 1
