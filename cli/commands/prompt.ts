import { Argument, Command } from 'commander'
import { previewBriefing } from '../../actors/index.ts'
import { modelsFor, type BrieferInput, type DirectiveFile, type Models } from '../../machines/index.ts'
import { directiveFrom } from '../directive-document.ts'
import { readModelAccess } from '../model-access.ts'
import { agentInput, judgeInput, planInput, type PromptChoice } from '../prompt-input.ts'
import { Refusal } from '../refusal.ts'
import type { On } from '../shell.ts'
import { plain, type Terminal } from '../terminal.ts'

type Asked = (file: DirectiveFile, models: Models, choice: PromptChoice) => BrieferInput

const inputs: Record<string, Asked> = { plan: planInput, judge: judgeInput, agent: agentInput }

export const prompt = (on: On): Command =>
  new Command('prompt')
    .description('what a model would be asked about a directive, word for word; nothing is sent')
    .addArgument(new Argument('<purpose>', 'who is asked').choices(Object.keys(inputs)))
    .argument('<file>', 'a directive file')
    .option(
      '--step <name>',
      'agent: of this step (default: the first); judge: of this step instead of the final review',
    )
    .option('--base <ref>', "judge: what the diff starts from (default: the directive's baseRef)")
    .option('--commit <ref>', "judge: what the diff leads to (default: the directive's baseRef)")
    .action(
      on(async (shell, purpose: string, typed: string, choice: PromptChoice) => {
        const { environment, terminal } = shell
        // Nothing is planned, so it does not matter that nobody could.
        const file = await directiveFrom(shell, typed, ['any'])
        const models = await readModelAccess(shell)
        const input = inputs[purpose]!(file, modelsFor(file.model, models.defaults), choice)
        refuseUnasked(input)
        const { home, variables } = environment
        const { prompt, piece, menu } = await previewBriefing({ home, env: variables, models }, input)
        const { messages, tools, answer } = piece
        const { name, version } = prompt
        terminal.data({ prompt: { name, version }, messages, tools: tools ?? null, answer: answer ?? null, menu })
        if (!terminal.json) say(terminal, `${name} ${version}`, piece)
      }),
    )

function refuseUnasked(input: BrieferInput): void {
  if (input.purpose !== 'agent') return
  const { kind } = input.contract.executor
  if (kind === 'model' || kind === 'agent') return
  throw new Refusal(
    'executor.unprompted',
    `the step ${input.contract.step} is carried out by ${kind}, which is asked nothing`,
    {
      advice: 'a command finds its contract in the file that ADJUTANT_CONTRACT_FILE names',
    },
  )
}

type Piece = Awaited<ReturnType<typeof previewBriefing>>['piece']

function say(terminal: Terminal, prompt: string, { messages, tools, answer }: Piece): void {
  const title = (words: string) => terminal.say(terminal.style('bold', `──── ${words}`))
  title(`prompt ${prompt}`)
  for (const { role, content } of messages) {
    title(role)
    terminal.say(plain(content ?? ''))
  }
  for (const { name, description } of tools ?? []) {
    title(`tool ${name}`)
    terminal.say(description)
  }
  if (answer) title(`the answer must be a ${answer.name}, as the JSON Schema above says`)
}
