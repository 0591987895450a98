import type { AnyActorRef, AnyEventObject } from 'xstate'
import type { EmittedEvent } from './emitted-event.ts'
import type { NoticeRaised } from './notification.ts'

type Scope = {
  readonly self: { readonly _parent?: AnyActorRef }
  readonly enqueue: { readonly sendTo: (target: AnyActorRef, event: AnyEventObject) => void }
}

/** `sendParent` that does nothing without a parent, so that every machine also runs alone, in a visualizer or a test. */
export const tellParent = ({ self, enqueue }: Scope, event: AnyEventObject): void => {
  if (self._parent) enqueue.sendTo(self._parent, event)
}

type EmittingScope = Scope & { readonly enqueue: { readonly emit: (event: EmittedEvent) => void } }

/** Emits what a person may have asked to be told of, and raises it to the directive. */
export const emitAndRaise = (scope: EmittingScope, at: number, event: EmittedEvent): void => {
  scope.enqueue.emit(event)
  const raised: NoticeRaised = { type: 'notice.raised', at, event }
  tellParent(scope, raised)
}

/** What goes up to the directive unchanged, whoever lies between. */
export const passOn = (scope: Scope & { readonly event: AnyEventObject }): void => tellParent(scope, scope.event)
