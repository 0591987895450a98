import { type AgentFinding, examineAgents, isConfining } from '../actors/index.ts'
import type { Finding } from './diagnosis.ts'
import type { Environment } from './environment.ts'

const subject = 'agents'

/** Which coding agents are installed and fit for executors of kind `agent`. */
export async function* agentFindings({ variables }: Environment): AsyncGenerator<Finding> {
  const found = await examineAgents(variables)
  for (const agent of found) if (agent.found) yield findingOf(agent)
  const missing = found.filter((agent) => !agent.found).map(({ preset }) => preset)
  if (missing.length > 0) yield { subject, status: 'ok', found: `not installed: ${missing.join(', ')}` }
  if (missing.length < found.length && !isConfining(variables))
    yield {
      subject,
      status: 'warning',
      found: 'agents are not confined: it takes Linux with Landlock, and perl',
      advice: 'codex confines what it runs by itself; others can write wherever this account can',
    }
}

function findingOf(agent: Extract<AgentFinding, { found: true }>): Finding {
  const { preset, version, fit, key, keys, oldest } = agent
  const named = `${preset} ${version ?? '(it tells no version)'}`
  if (!fit)
    return { subject, status: 'warning', found: named, advice: `${oldest} or newer is needed; contracts for it fail` }
  if (key === null)
    return { subject, status: 'warning', found: `${named}, without a key`, advice: `set ${keys.join(' or ')}` }
  return { subject, status: 'ok', found: `${named}, with the key in ${key}` }
}
