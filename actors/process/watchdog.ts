export type Watch = {
  /** Aborted with the reason as soon as there is one. */
  signal: AbortSignal
  reason(): 'wall' | 'idle' | 'cancelled' | undefined
  /** Something happened: the idle limit starts anew. */
  touch(): void
  stop(): void
}

/** A timer above 2^31 - 1 ms (25 days) would fire at once. */
const longestTimer = 2 ** 31 - 1

/**
 * Says when a process has to end: cancelled, over its time, or silent for too long. `pulse` (a fingerprint of what else
 * counts as a sign of life, looked at only when the output has been silent for the whole limit) may grant another round.
 */
export function watch(options: {
  timeoutMs: number
  idleMs?: number | null
  pulse?: () => Promise<string>
  signal?: AbortSignal
}): Watch {
  const controller = new AbortController()
  let reason: 'wall' | 'idle' | 'cancelled' | undefined
  const end = (why: 'wall' | 'idle' | 'cancelled') => {
    reason ??= why
    controller.abort()
  }
  const cancel = () => end('cancelled')
  const wall = setTimeout(() => end('wall'), Math.min(options.timeoutMs, longestTimer))
  const idle = options.idleMs ? watchIdle(options.idleMs, options.pulse, () => end('idle')) : undefined
  options.signal?.addEventListener('abort', cancel, { once: true })
  if (options.signal?.aborted) cancel()
  return {
    signal: controller.signal,
    reason: () => reason,
    touch: () => idle?.touch(),
    stop() {
      clearTimeout(wall)
      idle?.stop()
      options.signal?.removeEventListener('abort', cancel)
    },
  }
}

function watchIdle(idleMs: number, pulse: (() => Promise<string>) | undefined, end: () => void) {
  let touched = performance.now()
  let known: string | undefined
  let stopped = false
  let timer: NodeJS.Timeout
  const look = async () => {
    const silent = performance.now() - touched
    if (silent < idleMs) return arm(idleMs - silent)
    const now = await pulse?.().catch(() => undefined)
    if (stopped) return
    if (now === known) return end()
    known = now
    touched = performance.now()
    arm(idleMs)
  }
  const arm = (ms: number) => {
    if (!stopped) timer = setTimeout(() => void look(), ms)
  }
  void pulse?.().then(
    (first) => (known = first),
    () => undefined,
  )
  arm(idleMs)
  return {
    touch: () => void (touched = performance.now()),
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
