export { Rejection, ActivityFailure } from './failures.ts'
export type { Activity, ActivityContext, ActivityRun, RetryPolicy } from './activity.ts'
