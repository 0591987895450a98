// Exit code 0: the functions named do what they should, and whatever the library had before is still there.
import assert from 'node:assert/strict'
import { resolve } from 'node:path'

const library = await import(resolve('src/index.js'))
const expected = { capitalize: 'Été', reverse: 'eté' }
const given = { capitalize: 'été', reverse: 'éte' }
for (const name of process.argv.slice(2)) assert.equal(library[name](given[name]), expected[name])
for (const name of ['slugify', 'parseDuration', 'truncate', 'wordCount']) assert.equal(typeof library[name], 'function')
