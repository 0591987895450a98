import type { OnPoint, Point } from '../../runtime/index.ts'

export type Gate = {
  /** Resolves with the point's detail once the program stands there. */
  reached: Promise<any>
  /** Lets the program go on. */
  open(): void
}

/** A listener for `onPoint` that can hold the program at a point. */
export function createGates() {
  const closed: { point: Point; wanted(detail: any): boolean; arrive(detail: unknown): Promise<void> }[] = []
  const onPoint: OnPoint = (point, detail) => {
    const index = closed.findIndex((gate) => gate.point === point && gate.wanted(detail))
    return index < 0 ? undefined : closed.splice(index, 1)[0]?.arrive(detail)
  }
  /** Holds the program the next time it comes to the point. */
  const holdAt = (point: Point, wanted: (detail: any) => boolean = () => true): Gate => {
    const reached = Promise.withResolvers<any>()
    const opened = Promise.withResolvers<void>()
    const arrive = (detail: unknown) => {
      reached.resolve(detail)
      return opened.promise
    }
    closed.push({ point, wanted, arrive })
    return { reached: reached.promise, open: opened.resolve }
  }
  return { onPoint, holdAt }
}
