// Every row and rule of the domain, and the tests that drive it through the real runtime.
type Rule = { rule: string; tests: [file: string, name: string][] }
type Section = { title: string; rules: Rule[] }

const in_ =
  (file: string) =>
  (name: string): [string, string] => [`test/${file}.test.ts`, name]
const control = in_('scenarios/domain/control')
const persons = in_('scenarios/domain/persons')
const limits = in_('scenarios/domain/limits')
const work = in_('scenarios/domain/work')
const evaluation = in_('scenarios/domain/evaluation')
const models = in_('scenarios/domain/models')
const crash = in_('scenarios/domain/crash')
const plans = in_('scenarios/thinking-plans')
const judge = in_('scenarios/thinking-judge')
const injection = in_('scenarios/thinking-injection')
const approvals = in_('http/approvals')
const directives = in_('http/directives')
const reading = in_('http/reading')
const events = in_('http/events')
const offers = in_('http/work')
const check = in_('cli/check')
const stories = in_('examples/stories')
const rateLimit = in_('scenarios/thinking-rate-limit')
const thinking = in_('scenarios/thinking')(
  'a goal alone: planned, carried out by our agent and by Codex, sent back once, judged, completed, to the cent',
)

const agents = in_('scenarios/thinking-agents')(
  'Claude and Gemini carry out steps by their own command lines, and are handed them back in the same session',
)

const rule = (text: string, ...tests: Rule['tests']): Rule => ({ rule: text, tests })

export const sections: Section[] = [
  {
    title: 'Directive: `draft → planning → active → paused / completed / failed`',
    rules: [
      rule(
        '`draft`: `directive.update` edits any field',
        control('takes any field, and the directive that starts is the one that was edited'),
        reading('replaces fields of a draft, and refuses what would not hold together'),
      ),
      rule(
        '`draft`: `directive.start` plans',
        directives('start, pause, resume and stop answer with the state that was committed'),
      ),
      rule(
        '`paused`: `directive.start` plans anew, keeping passed steps',
        control('begun anew by a start plans again, and keeps the steps that passed'),
      ),
      rule(
        '`planning`: the chain is checked and stored, its steps are spawned, the directive is `active`',
        directives('tells the chain and its steps as they end'),
      ),
      rule(
        '`planning` in `manual`: a `plan_review` first: approve',
        persons(
          'is asked about before anything runs, and approved it is carried out, each step and the end asked about',
        ),
      ),
      rule(
        '`plan_review`: approve with an edited chain',
        persons('may be approved with an edited chain; an unsound one is asked about again'),
        plans('a person sends the plan back, edits the next one, and accepts step by step what comes of it'),
      ),
      rule(
        '`plan_review`: changes requested go into the next plan; bounded',
        approvals('requested changes go into the next plan, and need words'),
        persons('that is sent back is made again with the words, but not for ever'),
      ),
      rule('`plan_review`: denied ends the directive', persons('that is denied ends the directive')),
      rule(
        '`planning` failed for good: `paused`, attention `planning.failed`; `directive.resume` tries again',
        control('with a goal and nobody to plan pauses with the reason, and resumed tries again'),
        models('that cannot be had pauses the directive, and resumed it is asked for again'),
      ),
      rule(
        '`active`: starts every step whose dependencies have passed, at most `maxParallelSteps` at once, critical path first',
        control('starts what waits for nothing, critical path first, and never more than may run at once'),
      ),
      rule('`active`: a skipped dependency counts as done', control('what depends on a skipped step starts, too')),
      rule(
        'Final review of the merged result: verifiers on the merged tree, every acceptance criterion',
        evaluation('the whole is reviewed by the commands of its criteria, on what was merged'),
      ),
      rule('Final review: then the judge, if a model is configured', thinking),
      rule('Final review green: `completed`', persons('is merged without a question, except in manual')),
      rule(
        'Final review green in `manual`: a `completion_review` first',
        persons(
          'is asked about before anything runs, and approved it is carried out, each step and the end asked about',
        ),
      ),
      rule(
        'Final review yellow in `full_auto`: `completed`, outcome `completed.with_reservations`',
        persons('is merged in full_auto, and the directive is completed with reservations'),
      ),
      rule(
        'Final review yellow in `guardrails`: a `completion_review`; accepted, `completed.with_reservations`',
        persons(
          'approved is merged, and the yellow end is a question again: accepted it is completed with reservations',
        ),
      ),
      rule(
        'Final review red: `completion_review` with replan, accept with a reason, stop',
        persons('is a question with three answers, and accepting needs a reason'),
        persons('may be planned anew'),
        persons('may be stopped, or denied'),
      ),
      rule(
        'Final review red, source `model`: regenerates while `maxChainRegenerations` allows, else a `completion_review`',
        models(
          'whose end is red is followed by another one, which knows why, as often as allowed; then a person is asked',
        ),
      ),
      rule(
        'Stuck, source `model`: regenerates while `maxChainRegenerations` allows',
        plans('a step that stays red leads to another plan, which keeps what passed and knows what failed'),
        models('is made anew as often as allowed when a step stays red, the first one not counted'),
      ),
      rule(
        'Stuck in `manual`: no regeneration, a person is asked',
        models('is not made anew in manual: who wants to be asked is asked'),
      ),
      rule(
        'Stuck otherwise: a `chain_stuck` approval',
        persons('that holds up all the rest is a question, and nothing overwrites it meanwhile'),
      ),
      rule(
        '`chain_stuck`: retry',
        persons('is retried: with another allowance of reworks, and the words of the person'),
      ),
      rule('`chain_stuck`: skip', persons('is skipped')),
      rule('`chain_stuck`: replan', persons('is planned round')),
      rule('`chain_stuck`: stop', persons('ends the directive')),
      rule(
        'More than `maxFailedSteps` entries into blocked: `failed`, `steps.failed`',
        persons('too many of them end the directive, which names them and their reasons'),
      ),
      rule(
        'Entries into blocked are counted over all generations',
        persons('steps that are blocked are counted over all plans'),
      ),
      rule(
        '`directive.replan` with a chain regenerates',
        control('carries over what has passed and is unchanged, and does the rest; the old one stays readable'),
      ),
      rule(
        '`directive.replan` without a chain where the source is `file`: refused, `plan.unchanged`',
        control('is refused without a chain where nobody could make one, and where the chain is unsound'),
        directives('a new plan from a file needs a chain, and a sound one'),
      ),
      rule(
        '`maxTotalCostUsd`: the breaker trips; nothing starts, what runs drains, `limit_exceeded`; raised, it goes on',
        limits('trips: nothing starts, what runs drains, a person is asked, and with more it goes on'),
        stories('the budget example stops at its limit, and goes on once that is raised, spending nothing twice'),
      ),
      rule('`limit_exceeded` denied: `failed`', limits('denied more, the directive fails')),
      rule(
        '`onLimit: fail` on cost fails at once',
        limits('with `onLimit: fail` fails at once'),
        limits('stands in the ledger and can be read when it ends the directive'),
      ),
      rule(
        '`maxWallTimeMinutes`: the same for time',
        limits('trips, lets drain what runs, and with more time goes on'),
      ),
      rule('`onLimit: fail` on time fails at once', limits('with `onLimit: fail` fails at once, and what ran is gone')),
      rule(
        '`directive.pause`, drain: running contracts finish and are evaluated, nothing new starts',
        control('that drains lets what runs end and be evaluated, starts nothing, and resumed goes on where it was'),
        offers('a pause withdraws what nobody has claimed, and leaves what somebody has; resumed, it is offered again'),
      ),
      rule(
        '`directive.pause`, interrupt: running contracts are cancelled and started again; no rework',
        control('that interrupts cancels what runs, which is started again, and that is no rework'),
      ),
      rule(
        '`directive.resume`: `active` where it was',
        control('that drains lets what runs end and be evaluated, starts nothing, and resumed goes on where it was'),
      ),
      rule(
        '`directive.stop`: `failed`, outcome `directive.stopped`; cannot be resumed',
        control('ends processes, withdraws questions, skips what is unfinished, and cannot be resumed'),
        directives('an ended directive takes nothing more'),
      ),
      rule(
        '`directive.stop` in any state but the final ones',
        control('is taken wherever a directive is: as a draft, while its plan is asked about, and paused'),
      ),
      rule(
        'Wall time stands still while paused and while only an approval is waited for',
        control('is no time: neither that, nor waiting for an answer, is wall time'),
      ),
      rule(
        'Wall time stands still while a person is asked about a rate limit',
        models('the planner costs no wall time'),
        models('a step holds no slot, and costs no wall time'),
      ),
      rule('The time before a failure counts', work('that is found missing after a while has cost that while')),
      rule(
        'Stopped: contracts cancelled, processes gone, approvals withdrawn, steps `skipped`',
        control('ends processes, withdraws questions, skips what is unfinished, and cannot be resumed'),
      ),
      rule(
        'Superseded: contracts cancelled, processes gone, approvals withdrawn, steps `skipped`',
        control('carries over what has passed and is unchanged, and does the rest; the old one stays readable'),
        persons('is withdrawn when it has lost its object'),
      ),
      rule(
        'The first chain does not count as a regeneration',
        models('is made anew as often as allowed when a step stays red, the first one not counted'),
      ),
      rule(
        'The guards look at the current generation alone',
        control('the guards look at the present generation alone'),
      ),
      rule(
        'Passed and unchanged steps are carried over and never run again',
        control('carries over what has passed and is unchanged, and does the rest; the old one stays readable'),
      ),
      rule(
        'Carried over though changed, when the planner says so',
        control('may say itself that a passed step is carried over though it changed'),
      ),
      rule(
        'The planner is told the passed steps, the failing one with its evaluation, and the reason',
        plans('a step that stays red leads to another plan, which keeps what passed and knows what failed'),
      ),
      rule(
        'Old chains stay readable; the difference of two generations can be asked for',
        in_('cli/chains')('every plan there was can be read, with its reason and what it changed'),
        reading('are listed by generation, and read with their definition'),
      ),
      rule(
        'Without a repository there is no workspace, merge or detection',
        evaluation('nothing is detected, and what is written stays in a folder of its own'),
      ),
    ],
  },
  {
    title: 'Chain',
    rules: [
      rule(
        'Unique kebab-case names, known dependencies, no cycle, every `must` covered, at most 5,000 steps from a file',
        control('does not become a plan where it is unsound, and says where'),
      ),
      rule(
        'No cycle; the error names the path',
        control('does not become a plan where it is unsound, and says where'),
        directives('refuses a cyclic chain and an unknown dependency before anything exists'),
        check('a cycle is named with its path, at the dependency that closes it'),
      ),
      rule(
        'Executors and verifiers that exist',
        persons('may be approved with an edited chain; an unsound one is asked about again'),
        directives('names a mistake inside an executor, not the union it is a member of'),
        injection('what a plan names beyond the menu is not there when the step runs'),
        check('an unknown executor is answered with those there are'),
      ),
      rule('At most 200 steps from a planner', models('has at most 200 steps')),
      rule(
        'Positions are computed by layers',
        reading('of a directive are marked where it stands, and its chain is drawn'),
      ),
      rule('`parallelGroup` is a label', control('a parallelGroup is a label: it neither orders nor excludes')),
    ],
  },
  {
    title: 'Step: `pending → ready → running → evaluating → rework / passed / blocked` (and `skipped`)',
    rules: [
      rule(
        '`pending` waits for dependencies, `ready` for a slot, `running`: its contract is worked on',
        control('starts what waits for nothing, critical path first, and never more than may run at once'),
      ),
      rule('`evaluating` green: merged', persons('is merged without a question, except in manual')),
      rule(
        'Green in `manual`: approval first',
        persons(
          'is asked about before anything runs, and approved it is carried out, each step and the end asked about',
        ),
      ),
      rule(
        'Yellow in `full_auto`: merged',
        persons('is merged in full_auto, and the directive is completed with reservations'),
      ),
      rule(
        'Yellow otherwise: a `step_review`',
        persons('is a question in guardrails and in manual, with what is needed to decide it'),
      ),
      rule(
        'Red: `rework` while `maxReworkCycles` allows, else `blocked`',
        limits('that fails is red with its error as the reason, and reworked until there is none left'),
        work('a red step is handed back in the same workspace with what failed, and may pass then'),
      ),
      rule('Blocked wins', persons('that holds up all the rest is a question, and nothing overwrites it meanwhile')),
      rule('`step.retry` leads out of `blocked`', in_('http/steps')('a blocked step can be retried, by its id')),
      rule(
        '`step.skip` leads out of `blocked`: `skipped`',
        in_('http/steps')('a blocked step can be skipped, by its name'),
      ),
      rule(
        '`step.approve` with a reason leads out of `blocked`',
        persons('is accepted as it is by a person with a reason'),
        work('is accepted by a person with a reason, and then it is merged'),
        in_('http/steps')('accepting a blocked step needs a reason'),
      ),
      rule(
        'What cannot begin, for want of a workspace, is blocked at once with the reason, and no rework',
        work('that is none blocks the step at once and says so: nobody is handed back what they could not begin'),
      ),
      rule(
        '`passed` only when the merge commit is in the directive’s branch',
        work(
          'each contract has a worktree and branch of its own, from the tip; what passes is merged, and nothing of the person is touched',
        ),
      ),
      rule(
        'Merges are repeatable after a crash, found by the trailer `Adjutant-Contract`',
        work('a merge whose process died before it could say so is found again, and not made twice'),
      ),
      rule(
        'Merges are one at a time; a conflict is rework on the tip, and counts',
        work('a conflict of two steps is rework on the tip, and counts'),
        stories(
          'of the two steps that conflict the second is done again on what the first has made, and both are there',
        ),
      ),
      rule(
        'Tip moved: required verifiers on the merged tree before it becomes the tip; red is rework',
        work('where the tip has moved the merged tree is verified before it becomes the tip; red is rework'),
      ),
      rule(
        'A result branch that keeps moving is given up',
        work(
          'a result branch that somebody else keeps moving is given up after three tries; left alone, a retry merges',
        ),
      ),
      rule(
        'Changes requested: rework with the person’s words',
        persons('sent back is rework with the words of the person'),
      ),
      rule('Denied: blocked', persons('denied is blocked')),
      rule('Expired: blocked', persons('that nobody answers in time expires, which denies')),
      rule(
        'Rework: instructions with verifier, command, exit code, output, and that it is the same failure; the same contract and workspace',
        work('a red step is handed back in the same workspace with what failed, and may pass then'),
      ),
      rule(
        'Rework: which criteria are unmet, and why',
        judge('what a judge finds unmet is sent back with its words, though every command passed'),
      ),
      rule(
        'Rework resets the phase',
        limits('tells its phase and its progress, and a rework begins at the first phase again'),
      ),
      rule(
        'The same agent session where the agent can resume',
        agents,
        in_('scenarios/thinking-crash')(
          "killed while an agent's own command line works: it is ended, and goes on with its session, not from the start",
        ),
      ),
      rule(
        'A contract that fails is a red evaluation with the error as its reason',
        limits('that fails is red with its error as the reason, and reworked until there is none left'),
      ),
      rule(
        'One cancelled by a pause is not',
        control('that interrupts cancels what runs, which is started again, and that is no rework'),
      ),
    ],
  },
  {
    title: 'Contract: `queued → working → delivered → accepted`, or `failed / cancelled`',
    rules: [
      rule(
        '`queued`, `working`, `delivered`, `accepted`: terms, evidence, workspace',
        reading('tell their evaluation, evidence and terms'),
      ),
      rule(
        '`failed`: the attempt is told why',
        limits('that fails is red with its error as the reason, and reworked until there is none left'),
      ),
      rule(
        '`cancelled`',
        control('ends processes, withdraws questions, skips what is unfinished, and cannot be resumed'),
      ),
      rule(
        'Phases and progress are reported: `contract.phase`, `contract.progress`',
        limits('tells its phase and its progress, and a rework begins at the first phase again'),
      ),
      rule(
        'Silence longer than the idle limit fails the attempt',
        limits('that is silent for longer than its executor may be is ended'),
      ),
      rule(
        'More than the step’s timeout, `stepTimeoutMinutes`, fails the attempt',
        limits('that takes longer than a step may is ended'),
      ),
      rule(
        '`command`: `ADJUTANT_CONTRACT_FILE` and `ADJUTANT_OUTBOX`',
        limits('finds what it is to do in a file, and leaves what it made in its outbox'),
      ),
      rule(
        '`agent`: a coding agent’s own command line',
        thinking,
        agents,
        in_('scenarios/misbehaving-agents')(
          'agents that hang, babble, lie or leave daemons are ended, it is said of what, and they are handed their work back',
        ),
      ),
      rule('`model`: the built-in agent', thinking),
      rule(
        '`external`: a worker claims over HTTP with a lease and a fence, and delivers (`contract.claim`, `contract.deliver`)',
        offers('a worker claims a contract with its labels, fetches the workspace and delivers its commits'),
        offers('each contract is given to one of the workers that wait for it, and one that went gets none'),
      ),
      rule(
        '`external`: a stale fence is refused (`contract.heartbeat`, `contract.release`)',
        offers('with a fence that is not that of the lease nothing is taken, and it is said'),
      ),
      rule(
        '`external`: a worker may fail (`contract.fail`)',
        offers('a worker that reports a failure has failed the attempt'),
      ),
      rule(
        '`external`: a worker that vanishes is replaced, and what the one before still brings is refused',
        in_('scenarios/workers')(
          'of three workers one is stopped past its lease and continued, one is killed: all is done, once',
        ),
      ),
      rule(
        '`external`: `npx adjutant worker` works in a clone of its own',
        in_('cli/worker')('a worker does one contract in a clone of its own, and its log and phases are the attempt’s'),
      ),
      rule(
        '`human`: a person delivers',
        offers('a person is shown where to work, and says when it is done'),
        in_('cli/deliver')('run ends where a person has to work, says where, and goes on once that one has delivered'),
        in_('cli/deliver')('a person may say that it cannot be done'),
      ),
      rule(
        '`noop` delivers at once, and is never offered to planners',
        directives('tells the chain and its steps as they end'),
        injection('what a plan names beyond the menu is not there when the step runs'),
      ),
    ],
  },
  {
    title: 'Workspace',
    rules: [
      rule(
        'A worktree and branch per contract under `ADJUTANT_HOME`; the result on its branch; commits by Adjutant; the person’s checkout, branches and configuration untouched; the base is the tip',
        work(
          'each contract has a worktree and branch of its own, from the tip; what passes is merged, and nothing of the person is touched',
        ),
      ),
      rule(
        'Bare clones of URLs under `ADJUTANT_HOME`',
        work('given by its URL is cloned under the home, and the result grows there'),
      ),
      rule(
        '`setup` runs and `copy` copies in every workspace and every clean checkout',
        evaluation(
          'they run on the delivered commit in a clean checkout, with setup and copied files, and files come from git',
        ),
      ),
      rule(
        'A failed setup makes verifiers unavailable with its output: never red, never passed',
        evaluation('a setup that fails makes them unavailable, with its output: neither red nor passed'),
      ),
      rule(
        'Nothing is deleted that is not merged',
        work('is kept when the directive is stopped'),
        in_('cli/gc')(
          'says what can go and what stays, and why; removes it only with --apply, and nothing of what is not merged',
        ),
      ),
    ],
  },
  {
    title: 'Evaluation',
    rules: [
      rule(
        'Verifiers are found in the repository and say why; tests weigh 1, lint 0.5 and is optional',
        evaluation('verifiers are found and say why: tests weigh 1 and are required, lint weighs half and is not'),
      ),
      rule(
        'A tool that is not installed is unavailable, never passed',
        evaluation('a tool that is not there is unavailable: reported, not passed, and nothing turns green'),
      ),
      rule('A test run without tests has not passed', evaluation('a test run that collected no tests has not passed')),
      rule('A verifier that hangs is ended and has failed', evaluation('a verifier that hangs has failed')),
      rule(
        'The judge: per criterion met, unmet or unverifiable',
        judge('what a judge finds unmet is sent back with its words, though every command passed'),
      ),
      rule(
        'Citations must exist in the diff, else the verdict is unverifiable',
        judge('what a judge cites has to be in the diff: told so twice, then it is a question to a person'),
      ),
      rule(
        'A judge that fails makes nothing green',
        judge('a judge that cannot be asked makes nothing green, and a person is told why'),
      ),
      rule('The judge never lifts a red result', injection('no judge is asked to make good what a verifier has found')),
      rule(
        'Tamper check: yellow at best, unless it is a test step',
        evaluation('who touches what a verifier relies on gets yellow at best, unless it is a test step'),
      ),
      rule('Score and thresholds', evaluation('the score is the weighted mean, and its level that of the thresholds')),
      rule(
        'A required failure is red whatever the score; the composite and every verifier’s result are stored',
        evaluation(
          'a required verifier that fails makes it red whatever the score, and what it said is kept and handed back',
        ),
      ),
      rule('No result caps at yellow', evaluation('no verifier with a result is yellow at best')),
      rule(
        'A flake is recorded and caps at yellow',
        evaluation('a verifier that fails and then passes is flaky, which is recorded and caps the level at yellow'),
      ),
      rule('A crash repeats at most one verifier', crash('a crash repeats at most the one verifier that was running')),
      rule(
        'Modified files come from git; verifiers run on the delivered commit in a clean checkout',
        evaluation(
          'they run on the delivered commit in a clean checkout, with setup and copied files, and files come from git',
        ),
      ),
    ],
  },
  {
    title: 'Approval: `pending → approved / changes_requested / denied / expired / withdrawn`',
    rules: [
      rule(
        'A question with what is needed to decide it: `pending`, type, context, choices, urgency',
        approvals('a question is listed with what is needed to decide it, and can be read by the id its event names'),
      ),
      rule(
        '`approved` (`approval.approve`)',
        approvals('approving lets the directive go on, and the answer tells who said what'),
      ),
      rule(
        '`changes_requested` (`approval.request_changes`)',
        approvals('requested changes go into the next plan, and need words'),
      ),
      rule('`denied` (`approval.deny`)', persons('denied is blocked')),
      rule(
        '`expired`: expiry, after `approvalTimeoutMinutes`, denies',
        persons('that nobody answers in time expires, which denies'),
      ),
      rule('`withdrawn` when it has lost its object', persons('is withdrawn when it has lost its object')),
      rule(
        'Resolved once; a second answer is refused with the first one’s details',
        approvals('a second answer is refused with the first one’s details, and changes nothing'),
        approvals('of answers given at once exactly one is taken'),
      ),
      rule(
        'Who executes a contract never answers for it',
        persons('cannot be answered by who did the work, nor twice'),
        approvals('whoever did the work cannot answer for it'),
      ),
      rule(
        '`rate_limited`: a person decides how to go on',
        rateLimit('by the policy `ask` a person decides, here for the next model'),
      ),
    ],
  },
  {
    title: 'Planner and ledger',
    rules: [
      rule('Source `file`', directives('tells the chain and its steps as they end')),
      rule('Source `model`', thinking),
      rule(
        'Source `template`, only when asked for',
        control('of a template is research, implementation and test, only when asked for'),
      ),
      rule(
        'The planner only proposes',
        injection('a planner that obeys the repository starts nothing, spends nothing and raises nothing'),
      ),
      rule(
        'A model gets its errors back, at most twice',
        models('goes back with what is wrong with it, at most twice'),
      ),
      rule(
        'Every cost: who, when, how many tokens; unknown is not zero',
        limits(
          'a cost nobody knows is counted as unknown, not as nothing, and the ledger says who, when and by which count',
        ),
      ),
      rule(
        'Costs that a command reports count while it works, and once; those of attempts that fail, too',
        limits('counts while it still works, trips the limit, and counts once'),
        limits('counts of attempts that fail, too; what is not understood is unknown and says why'),
      ),
      rule(
        'Reserved before and settled after: overrun by one reservation at most',
        in_('scenarios/thinking-budget')(
          'half a dollar stops a run of five dollars, what was done is kept, and with more money it completes',
        ),
        in_('scenarios/reservations')(
          'a call that waits for budget when the process dies is made once the limit is raised, and none is made twice',
        ),
      ),
    ],
  },
  {
    title: 'Emitted events and the directive file',
    rules: [
      rule(
        'Each event has its number, time, severity, actor and data',
        events('an event says when, who, how grave and what in a line'),
        events('events are told in order, each once, however small the pages are'),
      ),
      rule(
        '`directive.status_changed`',
        control('that drains lets what runs end and be evaluated, starts nothing, and resumed goes on where it was'),
      ),
      rule(
        '`chain.created`, `step.status_changed`, `evaluation.completed`, `directive.completed`, each once',
        control('tells the world each thing once, in its turn'),
      ),
      rule('`chain.regenerated`', control('begun anew by a start plans again, and keeps the steps that passed')),
      rule(
        '`step.started`',
        control('starts what waits for nothing, critical path first, and never more than may run at once'),
      ),
      rule('`step.rework`', persons('sent back is rework with the words of the person')),
      rule('`step.blocked`', work('that is found missing after a while has cost that while')),
      rule(
        '`approval.required`',
        persons(
          'is asked about before anything runs, and approved it is carried out, each step and the end asked about',
        ),
      ),
      rule('`approval.resolved`', persons('is withdrawn when it has lost its object')),
      rule(
        '`cost.incurred`',
        limits(
          'a cost nobody knows is counted as unknown, not as nothing, and the ledger says who, when and by which count',
        ),
      ),
      rule('`breaker.tripped`', limits('trips, lets drain what runs, and with more time goes on')),
      rule('`directive.failed`', in_('cli/run')('a directive that fails ends with 1')),
      rule(
        'Committed with the turn that caused it: after a crash none is missing and none comes twice',
        in_('scenarios/crash-sweep')(
          'killed at any point, a directive is finished by the next process as if nothing had happened',
        ),
      ),
      rule(
        'YAML or JSON, paths relative to the file',
        in_('cli/run')('a file in JSON is run as one in YAML is, its paths counted from the file'),
        check('a repository in order is accepted, its path counted from the file'),
      ),
      rule(
        'The JSON Schema lies in the repository',
        in_('cli/schema')('docs/directive.schema.json is what `adjutant schema` prints'),
      ),
    ],
  },
  {
    title: 'Mistakes not to be repeated',
    rules: [
      rule(
        'A step set to blocked is not overwritten with rework',
        persons('that holds up all the rest is a question, and nothing overwrites it meanwhile'),
      ),
      rule(
        'A tripped breaker does not leave the directive active',
        limits('trips: nothing starts, what runs drains, a person is asked, and with more it goes on'),
      ),
      rule('A chain whose only runnable step is blocked does not wait for ever', persons('is planned round')),
      rule(
        'Failed planning does not leave `planning` behind',
        models('that cannot be had pauses the directive, and resumed it is asked for again'),
      ),
      rule(
        'Regenerating does not throw the finished steps away',
        control('begun anew by a start plans again, and keeps the steps that passed'),
      ),
      rule(
        'An error between two updates leaves no half of a change',
        in_('scenarios/crash-sweep')(
          'killed at any point, a directive is finished by the next process as if nothing had happened',
        ),
      ),
    ],
  },
]
