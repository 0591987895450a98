// Every row and sentence of docs/domain.md, by the words with which it begins, and the rules it says, by theirs.

const autonomies = ['Green in `manual`', 'Yellow in `full_auto`', 'Yellow otherwise', 'Red: `rework`']
const limits = ['`maxTotalCostUsd`', '`limit_exceeded` denied', '`maxWallTimeMinutes`']
const reworks = ['Rework: instructions', 'Rework: which criteria', 'Rework resets the phase']
const workers = [
  '`external`: a worker claims',
  '`external`: a stale fence',
  '`external`: a worker may fail',
  ...['`external`: a worker that vanishes', '`external`: `npx adjutant worker`'],
]
const events = ['`directive.status_changed`', '`chain.created`', '`chain.regenerated`', '`step.started`']
const laterEvents = ['`step.rework`', '`step.blocked`', '`approval.required`', '`approval.resolved`', '`cost.incurred`']

const fields = {
  'Fields: `id, title': ['`draft`: `directive.update`'],
  'Fields: `id, name': ['`pending` waits', '`parallelGroup` is a label'],
  '`{ id, generation': ['Old chains stay readable'],
  '`{ id, name': ['`queued`'],
  '`{ id, type': ['A question with what is needed'],
  'Stored: `{ kind': ['A required failure is red whatever the score'],
  'Every cost:': ['Every cost', 'Costs that a command reports'],
}

const directive = {
  'Without a repository': ['Without a repository'],
  '| draft | `directive.update`': ['`draft`: `directive.update`'],
  '| draft, paused | `directive.start`': ['`draft`: `directive.start`', '`paused`: `directive.start`'],
  '| planning | planner done': ['`planning`: the chain is checked', '`planning` in `manual`', '`plan_review`'],
  '| planning | planner failed': ['`planning` failed for good'],
  '| active | entry': ['`active`: starts every step', '`active`: a skipped dependency'],
  '| active | all steps passed': ['Final review'],
  '| active | nothing can run': ['Stuck', '`chain_stuck`'],
  '| active | more than `maxFailedSteps`': ['More than `maxFailedSteps`', 'Entries into blocked'],
  '| active | `directive.replan': ['`directive.replan`'],
  '| active | cost': [...limits, '`onLimit: fail`'],
  '| active | `directive.pause': ['`directive.pause`, drain', '`directive.pause`, interrupt'],
  '| paused | `directive.resume`': ['`directive.resume`'],
  '| any but final | `directive.stop': ['`directive.stop`:', '`directive.stop` in any state'],
  '*Wall time*': ['Wall time stands still', 'The time before a failure counts'],
  'When a directive stops': ['Stopped:', 'Superseded:', 'The guards look at'],
  'A regeneration makes': ['`directive.replan` with a chain'],
  'Passed steps are carried over': ['Passed and unchanged steps', 'Carried over though changed'],
  'The planner is told': ['The planner is told'],
  'The first chain does not': ['The first chain does not'],
  'Old chains stay readable': ['Old chains stay readable'],
}

const chain = {
  'Checked before it becomes fact': [
    ...['Unique kebab-case names', 'No cycle', 'Executors and verifiers that exist'],
    'At most 200 steps',
  ],
  'Positions for the drawing': ['Positions are computed'],
}

const step = {
  'pending: waits': ['`pending` waits', '`evaluating` green'],
  'green → merging': autonomies,
  'Blocked wins': ['Blocked wins', '`step.retry`', '`step.skip`', '`step.approve`', 'What cannot begin'],
  '`passed` is entered only': ['`passed` only when'],
  'Merges are one at a time': ['Merges are one at a time', 'Merges are repeatable'],
  'A conflict is rework': ['Merges are one at a time'],
  'If the tip has moved': ['Tip moved', 'A result branch that keeps moving'],
  'approval approved': ['`approved`', 'Changes requested', 'Denied', 'Expired'],
  'rework: counts': [...reworks, 'The same agent session'],
  'A contract that fails': ['A contract that fails', 'One cancelled by a pause'],
}

const contract = {
  'The agreement under which': ['`queued`', '`failed`', '`cancelled`'],
  'Heartbeats and phases': ['Phases and progress', 'Silence longer', 'More than the step’s timeout'],
  '| `command`': ['`command`'],
  '| `agent`': ['`agent`'],
  '| `model`': ['`model`'],
  '| `external`': workers,
  '| `human`': ['`human`'],
  '| `noop`': ['`noop`'],
  'A `command` or `agent` finds': ['`command`: `ADJUTANT_CONTRACT_FILE`'],
  'A git worktree and branch': ['A worktree and branch per contract', 'Bare clones of URLs'],
  "A step's base": ['A worktree and branch per contract'],
  '`repository.setup` runs': ['`setup` runs', 'A failed setup'],
  'Nothing is deleted': ['Nothing is deleted'],
}

const evaluation = {
  'Tiered; each verifier': ['A crash repeats at most one verifier'],
  '*Programmatic*': ['Verifiers are found'],
  'Each says why': ['Verifiers are found'],
  'A tool that is not installed': ['A tool that is not installed'],
  'A test run that collected no tests': ['A test run without tests'],
  'Detected test, build': ['Verifiers are found'],
  'A command verifier scores': ['Score and thresholds', 'A verifier that hangs'],
  '*Judge*': ['Final review: then the judge', 'The judge: per criterion', 'Citations must exist', 'A judge that fails'],
  'The judge can never lift': ['The judge never lifts'],
  '*Tamper check*': ['Tamper check'],
  '`score =': ['Score and thresholds', 'A required failure', 'No result caps'],
  'Green at': ['Score and thresholds'],
  'A failing verifier may be re-run': ['A flake is recorded'],
  'Modified files come from git': ['Modified files come from git'],
}

const approval = {
  'Types: `plan_review': ['`planning` in `manual`', 'Yellow otherwise', 'Stuck otherwise', '`rate_limited`'],
  'Expiry denies': ['`expired`', '`withdrawn`', '`denied`', '`changes_requested`'],
  'Resolved once': ['Resolved once'],
  'Whoever executes': ['Who executes'],
}

const others = {
  'Sources: `file`': ['Source `file`', 'Source `model`', 'Source `template`'],
  'The planner may only propose': ['The planner only proposes'],
  'A model gets its errors back': ['A model gets its errors back'],
  'Unknown is not zero': ['Every cost'],
  'Spending is reserved': ['Reserved before and settled after'],
  '`directive.status_changed, chain.created': [
    ...['Each event has', 'Committed with the turn', '`breaker.tripped`', '`directive.failed`'],
    ...[...events, ...laterEvents],
  ],
  'Relative paths': ['YAML or JSON'],
  'YAML or JSON': ['YAML or JSON', 'The JSON Schema'],
  'A step set to blocked': ['A step set to blocked'],
  'A tripped breaker': ['A tripped breaker'],
  'A chain whose only runnable': ['A chain whose only runnable'],
  'Failed planning': ['Failed planning'],
  'Regenerating threw': ['Regenerating does not throw'],
  'The first chain already': ['The first chain does not'],
  'Errors between two': ['An error between two'],
}

export const statements: Record<string, string[]> = {
  ...{ ...fields, ...directive, ...chain, ...step },
  ...{ ...contract, ...evaluation, ...approval, ...others },
}

/** The rows and sentences of a text in Markdown; headings, heads of tables and code are none. */
export const statementsIn = (text: string): string[] => {
  const [, ...sections] = text.replace(/```[^]*?```/g, '').split('\n## ')
  const lines = sections.flatMap((section) => section.split('\n').slice(1))
  return lines.flatMap((line, at) => {
    const isHead = line.startsWith('|--') || lines[at + 1]?.startsWith('|--')
    if (line.startsWith('|')) return isHead ? [] : [line]
    return line
      .replace(/^(?:-|\d\.) /, '')
      .split(/(?<=\.\)?) (?=[A-Z*`])/)
      .filter(Boolean)
  })
}
