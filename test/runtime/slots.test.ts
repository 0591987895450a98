import { expect, test } from 'vitest'
import type { Slot } from '../../runtime/slot.ts'
import { Slots } from '../../runtime/slots.ts'

// Nothing of the store or the clock is asked for here.
const slotsWith = (isWanted: (slot: Slot) => boolean) =>
  new Slots({ cacheSize: 10, owner: 'one', isWanted, sleeps() {}, log() {} } as never, () => {})

test('when a lease was lost, a system that is about to have its turn keeps its slot: another would read its mail as well', () => {
  const slots = slotsWith(({ id }) => id === 'wanted')
  const wanted = slots.ensure('wanted')
  slots.ensure('idle')
  slots.evictAll()
  expect(slots.ensure('wanted')).toBe(wanted)
  expect(slots.get('idle')).toBeUndefined()
})
