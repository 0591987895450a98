// The part of GitHub that pull requests need: its HTTP API on loopback, and a stand-in for its command line.
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startReceiver, type Received, type Receiver } from './receiver.ts'

export type PullRequest = {
  number: number
  html_url: string
  state: string
  draft: boolean
  title: string
  body: string
  head: string
  base: string
}

type Reply = { status: number; body?: object; headers?: Record<string, string> }

export type GitHub = Receiver & {
  pulls: PullRequest[]
  /** What the next requests are answered instead, in order. */
  refuse(...answers: Reply[]): void
}

/** An API server that knows one repository, `acme/widgets`, and one token. */
export async function startGitHub(token: string): Promise<GitHub> {
  const receiver = await startReceiver()
  const pulls: PullRequest[] = []
  const refusals: Reply[] = []
  receiver.always((response, request) => {
    const refusal = refusals.shift()
    const { status, body, headers = {} } = refusal ?? answer(pulls, token, receiver.url, request)
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body ?? {}))
  })
  return { ...receiver, pulls, refuse: (...more) => void refusals.push(...more) }
}

function answer(pulls: PullRequest[], token: string, url: string, { method, path, headers, body }: Received): Reply {
  if (headers.authorization !== `Bearer ${token}`) return { status: 401, body: { message: 'Bad credentials' } }
  const { pathname, searchParams } = new URL(path, url)
  const [, number] = /^\/repos\/acme\/widgets\/pulls(?:\/(\d+))?$/.exec(pathname) ?? [undefined, 'none']
  if (number === 'none') return { status: 404, body: { message: 'Not Found' } }
  if (method === 'GET') {
    const head = searchParams.get('head')
    return { status: 200, body: pulls.filter((pull) => `acme:${pull.head}` === head) }
  }
  const told = JSON.parse(body) as Partial<PullRequest>
  if (method === 'PATCH') return { status: 200, body: Object.assign(pulls[Number(number) - 1]!, told) }
  if (pulls.some(({ head, state }) => head === told.head && state === 'open')) {
    const message = `A pull request already exists for acme:${told.head}.`
    return { status: 422, body: { message: 'Validation Failed', errors: [{ message }] } }
  }
  const next = pulls.length + 1
  const pull = { ...told, number: next, html_url: `${url}/acme/widgets/pull/${next}`, state: 'open' } as PullRequest
  pulls.push(pull)
  return { status: 201, body: pull }
}

export type GhCall = { args: string[]; input: string; env: Record<string, string>; cwd: string }

/** A folder with a program `gh` in it that notes down how it was called and keeps pull requests in a file. */
export function standInGh(folder: string) {
  mkdirSync(folder, { recursive: true })
  const [calls, pulls, failing] = ['calls.jsonl', 'pulls.json', 'failing'].map((name) => join(folder, name))
  const program = `#!${process.execPath}
const { appendFileSync, existsSync, readFileSync, writeFileSync } = require('node:fs')
const args = process.argv.slice(2)
const input = args.includes('--body-file') ? readFileSync(0, 'utf8') : ''
appendFileSync(${JSON.stringify(calls)}, JSON.stringify({ args, input, env: process.env, cwd: process.cwd() }) + '\\n')
if (existsSync(${JSON.stringify(failing)})) { console.error(readFileSync(${JSON.stringify(failing)}, 'utf8')); process.exit(1) }
const pulls = existsSync(${JSON.stringify(pulls)}) ? JSON.parse(readFileSync(${JSON.stringify(pulls)}, 'utf8')) : []
const value = (name) => (args.find((arg) => arg.startsWith(name + '=')) ?? '').slice(name.length + 1)
if (args[1] === 'list') console.log(JSON.stringify(pulls.filter(({ head }) => head === args[args.indexOf('--head') + 1])))
if (args[1] === 'create') {
  const number = pulls.length + 1
  const url = 'https://github.com/acme/widgets/pull/' + number
  pulls.push({ number, url, state: 'OPEN', head: value('--head') })
  writeFileSync(${JSON.stringify(pulls)}, JSON.stringify(pulls))
  console.log(url)
}
`
  const file = join(folder, 'gh')
  writeFileSync(file, program)
  chmodSync(file, 0o755)
  return {
    folder,
    calls: (): GhCall[] =>
      existsSync(calls!)
        ? readFileSync(calls!, 'utf8')
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line))
        : [],
    fail: (words: string) => writeFileSync(failing!, words),
    close: (number: number) => {
      const all = JSON.parse(readFileSync(pulls!, 'utf8'))
      all[number - 1].state = 'CLOSED'
      writeFileSync(pulls!, JSON.stringify(all))
    },
  }
}
