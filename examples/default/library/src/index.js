export { slugify } from './slugify.js'
export { parseDuration, formatDuration } from './duration.js'
export { truncate } from './truncate.js'
export { wordCount } from './words.js'
