import { beforeAll, expect, test } from 'vitest'
import { installAgents } from '../agents/install.ts'
import type { ScriptedRequest } from '../support/scripted-provider.ts'
import { asked, git, thinking } from '../support/thinking.ts'

let programs: string
beforeAll(async () => void (programs = await installAgents()), 600_000)

const key = 'sk-scripted-0123456789abcdef'

const agents = {
  claude: { model: 'claude-sonnet-4-5', api: 'messages', shell: (command: string) => ['Bash', { command }] as const },
  gemini: {
    model: 'gemini-2.5-pro',
    api: 'contents',
    shell: (command: string) => ['run_shell_command', { command, description: 'Makes it' }] as const,
  },
}

test('Claude and Gemini carry out steps by their own command lines, and are handed them back in the same session', async () => {
  const world = await thinking({ agents: programs })
  const { provider } = world
  const address = provider.url.replace(/\/v1$/, '')
  Object.assign(world.env, {
    ...{ ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: address },
    ...{ GEMINI_API_KEY: key, GOOGLE_GEMINI_BASE_URL: address },
  })
  const steps = Object.entries(agents).map(([preset, { model, api, shell }]) => {
    const of = (request: ScriptedRequest) => request.api === api && asked.commandLine(request)
    const does = (line: string) => {
      const [name, args] = shell(line)
      return { calls: [{ name, arguments: args }] }
    }
    provider.on(of, does(`echo red > ${preset}.txt`))
    provider.on((request) => of(request) && request.text.includes('not blue'), does(`echo blue > ${preset}.txt`))
    provider.on((request) => of(request) && request.said.at(-1)?.role === 'tool', { text: `${preset} has made it.` })
    return {
      name: preset,
      type: 'implement',
      description: `${preset}.txt is there`,
      contract: { executor: { kind: 'agent', preset, model } },
      verifiers: [
        { name: 'blue', shell: `grep -q blue ${preset}.txt || { echo it is not blue; exit 1; }`, rerun: false },
      ],
    }
  })
  const file = world.directive({ requirements: [], acceptanceCriteria: [], chain: { name: 'agents', steps } })
  const { code, stdout, stderr } = await world.adjutant('run', file)
  expect(code, stdout + stderr).toBe(0)
  const view = await world.shown()
  for (const [preset, { api }] of Object.entries(agents)) {
    expect(view.steps.find(({ name }: any) => name === preset)).toMatchObject({ state: 'passed', reworkCount: 1 })
    expect(git(world.repository, 'show', `${view.resultBranch}:${preset}.txt`)).toBe('blue')
    // Of its session: what it said at the first attempt.
    const reworks = provider.requests.filter(({ api: of, text }) => of === api && text.includes('not blue'))
    expect(reworks[0]!.text).toContain(`${preset} has made it.`)
  }
}, 180_000)
