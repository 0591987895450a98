import { z } from 'zod'
import type { ToolCall } from '../../machines/index.ts'
import { visible } from '../delimited.ts'
import { onlyReads, toolsFor } from './definitions.ts'
import { openMarks, type Recorded, type RecordedTurn } from './records.ts'
import { type Bench, Refusal, type Result } from './tool.ts'

/** More in one answer is a model that went astray. */
const maxCalls = 32

/**
 * Carries the calls of one turn out, in order. Those that an attempt before a crash has finished are not repeated.
 * Gives one outcome for each call: a conversation that lacks one is refused by providers.
 */
export async function carryOut(
  calls: readonly ToolCall[],
  turn: RecordedTurn,
  bench: Omit<Bench, 'begun' | 'begin'>,
): Promise<Recorded[]> {
  const marks = openMarks(bench.folder)
  const { redact } = bench.surroundings
  for (const [i, call] of calls.entries()) {
    if (i < turn.calls.length) continue
    bench.context.signal.throwIfAborted()
    const { mark, ...result } = await outcomeOf(call, turn.calls, { ...bench, begun: turn.begun(), begin: turn.begin })
    const counts = mark !== null && (!mark.looked || onlyReads(bench.contract.stepType))
    turn.finish({
      ...result,
      text: redact(visible(result.text)),
      line: redact(visible(result.line)),
      delivered: result.delivered === null ? null : redact(result.delivered),
      advanced: counts && marks.isNew(mark.text),
    })
    if (mark !== null) marks.add(mark.text)
  }
  return [...turn.calls]
}

type Outcome = Omit<Recorded, 'advanced'> & { mark: { text: string; looked: boolean } | null }

async function outcomeOf(call: ToolCall, before: readonly Recorded[], bench: Bench): Promise<Outcome> {
  try {
    if (before.length >= maxCalls) throw new Refusal('call.too_many', `at most ${maxCalls} calls in one answer`)
    if (before.some(({ delivered }) => delivered !== null))
      throw new Refusal('call.late', 'the work was delivered before')
    if (bench.left() <= 0) throw new Refusal('call.out_of_time', 'no time was left for it')
    return await used(call, before, bench)
  } catch (error) {
    const { code, message } = refusalOf(error)
    return {
      text: `error ${code}: ${message}`,
      line: `${call.name}: ${code}`,
      mark: null,
      delivered: null,
      refused: true,
    }
  }
}

async function used(call: ToolCall, before: readonly Recorded[], bench: Bench): Promise<Outcome> {
  const offered = toolsFor(bench.contract.stepType)
  const tool = offered.find(({ name }) => name === call.name)
  if (tool === undefined)
    throw new Refusal(
      'call.unknown_tool',
      `there is no such tool here, but ${offered.map(({ name }) => name).join(', ')}`,
    )
  if (tool.name === 'deliver' && before.some(({ refused }) => refused))
    throw new Refusal('deliver.too_early', 'a call before it in the same answer failed; look at that, then deliver')
  const result: Result = await tool.use(argumentsOf(call, tool.arguments), bench)
  const { text, line, mark, delivered = null } = result
  return { text, line, mark: mark === null ? null : { text: mark, looked: tool.reads }, delivered, refused: false }
}

function argumentsOf<T>(call: ToolCall, schema: z.ZodType<T>): T {
  let json: unknown
  try {
    json = JSON.parse(call.arguments.trim() || '{}')
  } catch (error) {
    throw new Refusal('call.not_json', `the arguments are not JSON (${(error as Error).message})`)
  }
  const parsed = schema.safeParse(json)
  if (!parsed.success) throw new Refusal('call.invalid', z.prettifyError(parsed.error))
  return parsed.data
}

// What a model can do something about. Others (a full disk, say) are ours, and worth another attempt.
const fileProblems: Record<string, string> = {
  ENOENT: 'file.missing',
  ENOTDIR: 'path.not_a_folder',
  EISDIR: 'file.not_a_file',
  ELOOP: 'path.link',
  EACCES: 'file.not_permitted',
  EPERM: 'file.not_permitted',
  ENAMETOOLONG: 'path.too_long',
  ENXIO: 'file.not_a_file',
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  const code = fileProblems[(error as NodeJS.ErrnoException | null)?.code ?? '']
  if (code === undefined) throw error
  // Without the path: it would be one of ours, not the one that was asked for.
  return new Refusal(code, (error as Error).message.replace(/, .*/s, ''))
}
