import { z } from 'zod'
import type { ConversationPiece, StepType } from '../../machines/index.ts'
import { deliver } from './deliver.ts'
import { list } from './list.ts'
import { patch } from './patch.ts'
import { read } from './read.ts'
import { run } from './run.ts'
import { search } from './search.ts'
import type { Tool } from './tool.ts'
import { write } from './write.ts'

const tools: readonly Tool[] = [list, read, search, write, patch, run, deliver]

/** Steps that find something out leave the workspace as it is, so they are not given what could change it. */
const readingSteps: readonly StepType[] = ['research', 'review']

export const onlyReads = (stepType: StepType): boolean => readingSteps.includes(stepType)

/** The tools that the built-in agent has for a step of this type. */
export const toolsFor = (stepType: StepType): readonly Tool[] =>
  onlyReads(stepType) ? tools.filter((tool) => tool.reads) : tools

/** The same as a model is told of them: names, descriptions, and JSON Schemas of the arguments. */
export const toolDefinitions = (stepType: StepType): NonNullable<ConversationPiece['tools']> =>
  toolsFor(stepType).map(({ name, description, arguments: schema }) => {
    const { $schema: _, ...parameters } = z.toJSONSchema(schema, { io: 'input' })
    return { name, description, parameters }
  })
