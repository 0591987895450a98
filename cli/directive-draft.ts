import { stringify } from 'yaml'
import type { Survey } from './repository-survey.ts'

const flow = (argv: readonly string[]): string => `[${argv.map((word) => stringify(word).trim()).join(', ')}]`

/** A directive file to begin with: every choice is there, the usual one taken, the others in comments. */
export const draftDirectiveFile = (found: Survey): string =>
  [head(found), repository(found), bounds, wants(found), chain].join('\n')

const head = ({ name }: Survey): string => `# A directive: what is wanted, and the chain of steps that gets there.
# Look it over with \`adjutant check\`, run it with \`adjutant run\`.
title: ${stringify(`First directive for ${name}`).trim()}
goal: Say here what shall be true when this is done.
`

const repository = ({ top, branch, setup }: Survey): string =>
  top === undefined
    ? `# No git repository (with a commit) was found here. With one, every step works in a worktree of its own, and what
# passes is merged into the branch adjutant/<id>/result; your own branches are never touched.
# repository: { path: ., baseRef: main }
`
    : `# Every step works in a git worktree of its own; what passes is merged into the branch adjutant/<id>/result.
# Your checkout and your branches are never touched.
repository:
  path: ${stringify(top).trim()}
  baseRef: ${stringify(branch ?? 'HEAD').trim()}
${
  setup
    ? `  # Run in every fresh checkout before anything else (${setup.because} is there).
  setup: [${flow(setup.argv)}]`
    : `  # Commands to run in every fresh checkout before anything else:
  # setup: [[npm, ci]]`
}
  # Ignored files that a checkout needs:
  # copy: [.env]
`

const bounds = `# Who decides? full_auto: green and yellow results are merged. guardrails: a person looks at yellow ones.
# manual: a person approves the plan, every step and the result.
autonomy: guardrails

limits:
  maxReworkCycles: 3          # how often a step that fails its verifiers is worked on again
  maxParallelSteps: 4
  stepTimeoutMinutes: 60
  maxWallTimeMinutes: 120     # time spent waiting for a person does not count
  # maxTotalCostUsd: 5
  onLimit: pause              # pause asks you for more, fail does not

# Who is told of questions, blocked steps and the end; the variables hold the address and the key:
# notifications: [{ urlEnv: HOOK_URL, secretEnv: HOOK_SECRET }, { kind: slack, urlEnv: SLACK_URL }]

# A draft pull request on GitHub of a result that passed its review:
# pullRequest: { base: main, via: gh }
`

const wants = ({ test }: Survey): string => `# What must hold, and how anyone can see that it does.
requirements:
  - { id: R1, text: Say what is required, priority: must }

acceptanceCriteria:
${
  test
    ? `  # Exit code 0 in a checkout of the result means that it is met (${test.because} is there).
  - { id: AC1, text: The tests pass, requirementIds: [R1], verify: ${flow(test.argv)} }`
    : `  # With a command, exit code 0 in a checkout of the result means that it is met:
  # - { id: AC1, text: The tests pass, requirementIds: [R1], verify: [make, test] }
  - { id: AC1, text: Say how it can be seen that R1 holds, requirementIds: [R1] }`
}
`

const chain = `# Leave the chain out where a model is configured (ADJUTANT_MODEL, \`adjutant doctor\` says): it plans one then.
# Which models, each a list to fall back on:
# model: { planner: gpt-5.2, agent: [gpt-5.1], judge: gpt-5.2 }
chain:
  name: first-chain
  steps:
    - name: implement
      type: implement             # research | design | implement | test | review | document | operate
      description: Say what is to be done
      dependsOn: []               # names of steps that must have passed before
      requirementIds: [R1]
      acceptanceCriteriaIds: [AC1]
      contract:
        # Any program that works in the current directory. It finds its task in the JSON file that
        # ADJUTANT_CONTRACT_FILE names; exit code 0 delivers.
        # Or a coding agent: { kind: agent, preset: claude } (or codex, gemini, opencode, custom).
        # Or the built-in one: { kind: model }.
        executor: { kind: command, shell: 'echo "replace this command: adjutant.yaml, chain.steps[0].contract"' }
      # auto: found in the repository (test, build, type check, lint), required or optional as each says.
      # Your own: [{ name: unit, argv: [npm, test], weight: 1, required: true }]
      verifiers: auto
`
