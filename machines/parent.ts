import type { AnyActorRef, AnyEventObject } from 'xstate'

type Scope = {
  readonly self: { readonly _parent?: AnyActorRef }
  readonly enqueue: { readonly sendTo: (target: AnyActorRef, event: AnyEventObject) => void }
}

/** `sendParent` that does nothing without a parent, so that every machine also runs alone, in a visualizer or a test. */
export const tellParent = ({ self, enqueue }: Scope, event: AnyEventObject): void => {
  if (self._parent) enqueue.sendTo(self._parent, event)
}
