import { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import { contractCommands } from '../machines/index.ts'
import type { Runtime } from '../runtime/index.ts'
import { ClaimAnswer, LeaseAnswer, OfferList, UploadAnswer } from './answers/work.ts'
import { Claims, type Claimed } from './claiming.ts'
import { bodyOf } from './command.ts'
import { route } from './documented.ts'
import { contractAt, type Said, say, underLease, UnderLease } from './lease.ts'
import { wholeSystem } from './page.ts'
import { Problem } from './problem.ts'
import { readBody, readQuery } from './request.ts'
import { instant } from './state.ts'
import { storeBody, uploadTypes, type WorkTransfer } from './transfer.ts'

const OffersQuery = z.strictObject({ for: z.enum(['worker', 'person']).optional() })
const Claim = z.strictObject({
  worker: z.string().min(1).max(200).describe('the name it goes by'),
  labels: contractCommands['contract.claim'].shape.labels.describe('what it is capable of'),
  /** How long it waits for a contract before it is answered 204. Milliseconds. */
  waitMs: z.number().int().min(0).max(30_000).default(0),
})
const beat = contractCommands['contract.heartbeat']
const Beat = bodyOf(beat.omit({ logBytes: true }) as unknown as z.ZodObject).extend({
  /** `offset` in bytes of UTF-8, from the log's beginning: a piece that is sent twice is kept once. */
  log: z.strictObject({ offset: z.number().int().nonnegative(), text: z.string().max(250_000) }).optional(),
}) as unknown as z.ZodType<
  Omit<z.output<typeof beat>, 'type' | 'logBytes'> & { log?: { offset: number; text: string } }
>

type Options = { transfer: WorkTransfer | undefined; maxUploadBytes: number }

const ofContracts = { 404: ['contract.not_found'] }
const ofLeases = { ...ofContracts, 409: ['lease.stale', 'event.not_accepted'] }

/** Mounted at `/v1/contracts`: for whoever does a step elsewhere. A contract is named by its id. */
export function work(runtime: Runtime, options: Options): OpenAPIHono {
  const app = new OpenAPIHono()
  addClaiming(app, runtime, options)
  addTransfer(app, runtime, options)
  addHeartbeat(app, runtime, options)
  const ends = [
    ['deliver', 'the work is done: nothing changed, or what was uploaded; a person’s lies in the workspace'],
    ['fail', 'it cannot be done: the attempt has failed'],
    ['release', 'gives the contract back: it is offered to others at once'],
  ] as const
  for (const [verb, summary] of ends) {
    const schema = contractCommands[`contract.${verb}`]
    const documentation = {
      summary: `${verb}: ${summary}`,
      body: { schema: bodyOf(schema) },
      answer: LeaseAnswer,
      pending: true,
      problems: { ...ofLeases, 422: ['delivery.missing', 'delivery.not_wanted', 'idempotency_key.reused'] },
    }
    route(app, 'post', `/{id}/${verb}`, documentation, async (c) => {
      const body = (await readBody(c, bodyOf(schema))) as Said
      if (body.delivery && !(await options.transfer?.isStored(body.delivery))) throw deliveryMissing()
      return say(c, runtime, { ...body, type: `contract.${verb}` })
    })
  }
  return app
}

function addClaiming(app: OpenAPIHono, runtime: Runtime, { transfer }: Options): void {
  const listing = { summary: 'Contracts that wait for somebody from outside', query: OffersQuery, answer: OfferList }
  route(app, 'get', '/offers', listing, async (c) => {
    const asked = readQuery(c, OffersQuery).for
    const key = c.get('role' as never) === 'worker' ? 'worker' : asked
    const rows = await runtime.list('offer', { limit: wholeSystem, ...(key && { key }) })
    const offers = rows.map(({ key: whom, data }) => ({ for: whom, ...data, since: instant(data.since) }))
    return c.json({ offers })
  })
  const claims = new Claims(runtime)
  const claiming = {
    summary: 'Claim a contract whose labels the worker has, waiting for one up to `waitMs`',
    body: { schema: Claim },
    answer: ClaimAnswer,
    empty: 'No contract meanwhile: ask again',
    problems: { 503: ['workers.unsupported'] },
  }
  route(app, 'post', '/claim', claiming, async (c) => {
    const { worker, labels, waitMs } = await readBody(c, Claim)
    const through = transfer ?? unsupported()
    const claimed = await claims.claim({ name: worker, labels }, { waitMs, signal: c.req.raw.signal })
    return claimed ? c.json(await answerOf(claimed, through)) : c.body(null, 204)
  })
}

async function answerOf({ context }: Claimed, transfer: WorkTransfer) {
  const { terms, attempt, phase, instructions, directiveId, fence, lease, now, timeoutMs, workspace } = context
  return {
    contract: { ...terms, attempt, phase, instructions },
    directiveId,
    fence,
    leaseMs: lease!.until - now,
    timeoutMs,
    branch: workspace!.branch,
    baseCommit: workspace!.baseCommit,
    logBytes: await transfer.logBytes({ directiveId, contractId: terms.id, attempt }),
  }
}

function addTransfer(app: OpenAPIHono, runtime: Runtime, { transfer, maxUploadBytes }: Options): void {
  const problems = { ...ofLeases, 503: ['workers.unsupported'] }
  const workspace = {
    summary: "The contract's branch as a git bundle: what the worker begins with",
    query: UnderLease,
    answer: { 'application/x-git-bundle': 'to be cloned: `git clone --branch BRANCH FILE`' },
    empty: 'There is no repository',
    problems,
  }
  route(app, 'get', '/{id}/workspace', workspace, async (c) => {
    const { context } = await underLease(c, runtime)
    const bundle = await (transfer ?? unsupported()).handOut(context.workspace!)
    if (bundle === null) return c.body(null, 204)
    return c.body(ReadableStream.from(bundle) as ReadableStream, 200, { 'content-type': 'application/x-git-bundle' })
  })
  const uploading = {
    summary: 'Upload what is to be delivered; `deliver` then names it',
    query: UnderLease,
    upload: uploadTypes,
    answer: UploadAnswer,
    status: 201 as const,
    problems,
  }
  route(app, 'post', '/{id}/upload', uploading, async (c) => {
    await underLease(c, runtime)
    return c.json(await storeBody(c, transfer ?? unsupported(), maxUploadBytes), 201)
  })
}

function addHeartbeat(app: OpenAPIHono, runtime: Runtime, { transfer }: Options): void {
  const beating = {
    summary: 'The worker lives, and perhaps gets on: renews the lease',
    body: { schema: Beat },
    answer: LeaseAnswer,
    pending: true,
    problems: { ...ofLeases, 422: ['idempotency_key.reused'] },
  }
  route(app, 'post', '/{id}/heartbeat', beating, async (c) => {
    const { log, ...body } = await readBody(c, Beat)
    const logBytes = log && { logBytes: log.offset + Buffer.byteLength(log.text) }
    const { context } = await contractAt(c, runtime)
    const answer = await say(c, runtime, { ...body, ...logBytes, type: 'contract.heartbeat' })
    const { directiveId, terms, attempt } = context
    if (log) await (transfer ?? unsupported()).keepLog({ directiveId, contractId: terms.id, attempt }, log)
    return answer
  })
}

const deliveryMissing = () =>
  new Problem(422, 'delivery.missing', 'What is to be delivered was not uploaded', {
    errors: [{ pointer: '/delivery', detail: 'names nothing that is stored' }],
  })

function unsupported(): never {
  throw new Problem(503, 'workers.unsupported', 'This server was started without a way to hand work out')
}
