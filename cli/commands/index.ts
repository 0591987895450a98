import type { Command } from 'commander'
import type { On } from '../shell.ts'
import { approvals } from './approvals.ts'
import { approve } from './approve.ts'
import { backup } from './backup.ts'
import { chart } from './chart.ts'
import { chains } from './chains.ts'
import { check } from './check.ts'
import { deliver } from './deliver.ts'
import { deny } from './deny.ts'
import { diff } from './diff.ts'
import { doctor } from './doctor.ts'
import { evidence } from './evidence.ts'
import { events } from './events.ts'
import { example } from './example.ts'
import { gc } from './gc.ts'
import { init } from './init.ts'
import { list } from './list.ts'
import { logs } from './logs.ts'
import { machines } from './machines.ts'
import { pause } from './pause.ts'
import { prompt } from './prompt.ts'
import { replan } from './replan.ts'
import { requestChanges } from './request-changes.ts'
import { restore } from './restore.ts'
import { resume } from './resume.ts'
import { run } from './run.ts'
import { schema } from './schema.ts'
import { serve } from './serve.ts'
import { show } from './show.ts'
import { start } from './start.ts'
import { step } from './step.ts'
import { stop } from './stop.ts'
import { unpark } from './unpark.ts'
import { worker } from './worker.ts'

/** Every command, in the order of the help. */
export const commands = (on: On): Command[] =>
  [
    ...[init, check, run, serve, worker, example],
    ...[list, show, events, logs, diff, evidence],
    ...[start, pause, resume, stop, replan, chains],
    ...[approvals, approve, deny, requestChanges, step, deliver],
    ...[chart, prompt, schema, doctor, gc, backup, restore, unpark, machines],
  ].map((command) => command(on))
