export { plants, type Plant } from './planted-bugs.ts'
export { shrink, testOf } from './shrink.ts'
export { simulate, type Outcome } from './simulate.ts'
