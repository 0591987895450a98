import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Running, startAdjutant } from './adjutant.ts'
import { eventually } from './eventually.ts'

/** A host that serves, and workers that know nothing of it but its address and token. */
export async function openServer(folder: string, databaseUrl: string) {
  const env = { DATABASE_URL: databaseUrl, ADJUTANT_HOME: join(folder, 'host') }
  let serving = startAdjutant(['serve', '--port', '0', '--json'], { env })
  const { url, token } = await eventually(() => JSON.parse(serving.stdout().split('\n')[0]!))
  const workers: Running[] = []
  const ask = async (method: string, path: string, body?: unknown) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const answer = await fetch(`${url}${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: answer.status, body: text === '' ? null : JSON.parse(text) }
  }
  return {
    env,
    url,
    token,
    ask,
    /** With a home of its own, as on another machine. `line` is for `sh -c`. */
    work(name: string, line: string, args: string[] = [], variables: Record<string, string> = {}) {
      const options = ['worker', '--json', '--url', url, '--name', name, '--pass', 'MARKS,WHO', ...args]
      const own = { ADJUTANT_HOME: join(folder, name), ADJUTANT_TOKEN: token, WHO: name, ...variables }
      const worker = startAdjutant([...options, '--', 'sh', '-c', line], { env: own })
      workers.push(worker)
      const events = () =>
        worker
          .stdout()
          .split('\n')
          .filter(Boolean)
          .map((each) => JSON.parse(each) as { event: string; contract: string; fence: number; why?: string })
      return { ...worker, events }
    },
    /** A directive under way, whose steps all wait for workers; resolves with its id. */
    async given(names: string[], executor: object = {}, fields: object = {}) {
      const created = await ask('POST', '/v1/directives', {
        title: 'Work elsewhere',
        goal: 'every file is there',
        autonomy: 'full_auto',
        repository: { path: repositoryIn(folder), baseRef: 'main' },
        chain: {
          name: 'work',
          steps: names.map((name) => ({
            name,
            type: 'implement',
            description: `makes ${name}.txt`,
            verifiers: [],
            contract: { executor: { kind: 'external', leaseSeconds: 2, ...executor } },
          })),
        },
        ...fields,
      })
      if (created.status !== 201) throw new Error(JSON.stringify(created.body))
      await ask('POST', `/v1/directives/${created.body.id}/start`)
      return created.body.id as string
    },
    /** Killed, and started again at the same address. */
    async restart() {
      serving.kill('SIGKILL')
      await serving.ended
      serving = startAdjutant(['serve', '--port', new URL(url).port, '--json'], { env })
      await eventually(() => JSON.parse(serving.stdout().split('\n')[0]!))
    },
    state: async (id: string) => (await ask('GET', `/v1/directives/${id}`)).body,
    async close() {
      for (const worker of workers) {
        worker.kill('SIGCONT')
        worker.kill('SIGKILL')
        await worker.ended
      }
      serving.kill('SIGTERM')
      await serving.ended
    },
  }
}

let repositories = 0

export function repositoryIn(folder: string): string {
  const path = join(folder, `project-${++repositories}`)
  mkdirSync(path)
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@localhost', ...args], { cwd: path })
  git('init', '-q', '-b', 'main')
  writeFileSync(join(path, 'README.md'), 'a project\n')
  git('add', '-A')
  git('commit', '-q', '-m', 'first')
  return path
}
