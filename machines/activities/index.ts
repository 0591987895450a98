import { CleanerInput, CleanerOutput } from './cleaner.ts'
import { ContractorInput, ContractorOutput } from './contractor.ts'
import { DetectorInput, DetectorOutput } from './detector.ts'
import { MergerInput, MergerOutput } from './merger.ts'
import { PlannerInput, PlannerOutput } from './planner.ts'
import { VerifierInput, VerifierOutput } from './verifier.ts'
import { WorkspaceInput, WorkspaceOutput } from './workspace.ts'

export * from './cleaner.ts'
export * from './contractor.ts'
export * from './detector.ts'
export * from './merger.ts'
export * from './planner.ts'
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
  cleaner: { input: CleanerInput, output: CleanerOutput },
} as const
