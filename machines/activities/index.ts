import { BrieferInput, BrieferOutput } from './briefer.ts'
import { CleanerInput, CleanerOutput } from './cleaner.ts'
import { ContractorInput, ContractorOutput } from './contractor.ts'
import { DetectorInput, DetectorOutput } from './detector.ts'
import { MergerInput, MergerOutput } from './merger.ts'
import { ModelInput, ModelOutput } from './model.ts'
import { NotifierInput, NotifierOutput } from './notifier.ts'
import { PlannerInput, PlannerOutput } from './planner.ts'
import { PublisherInput, PublisherOutput } from './publisher.ts'
import { ToolsInput, ToolsOutput } from './tools.ts'
import { VerifierInput, VerifierOutput } from './verifier.ts'
import { WorkspaceInput, WorkspaceOutput } from './workspace.ts'

export * from './briefer.ts'
export * from './cleaner.ts'
export * from './contractor.ts'
export * from './detector.ts'
export * from './merger.ts'
export * from './model.ts'
export * from './notifier.ts'
export * from './planner.ts'
export * from './publisher.ts'
export * from './tools.ts'
export * from './verifier.ts'
export * from './workspace.ts'

/** Every activity the machines invoke, by the name they invoke it under. `at` in an output: when it was produced. */
export const activitySchemas = {
  planner: { input: PlannerInput, output: PlannerOutput },
  workspace: { input: WorkspaceInput, output: WorkspaceOutput },
  contractor: { input: ContractorInput, output: ContractorOutput },
  detector: { input: DetectorInput, output: DetectorOutput },
  verifier: { input: VerifierInput, output: VerifierOutput },
  merger: { input: MergerInput, output: MergerOutput },
  briefer: { input: BrieferInput, output: BrieferOutput },
  model: { input: ModelInput, output: ModelOutput },
  tools: { input: ToolsInput, output: ToolsOutput },
  publisher: { input: PublisherInput, output: PublisherOutput },
  notifier: { input: NotifierInput, output: NotifierOutput },
  cleaner: { input: CleanerInput, output: CleanerOutput },
} as const
