import type { BegunAttempt } from '../../runtime/testing/workload-job.ts'
import type { Operation } from '../../runtime/testing/workload-recording.ts'

export type HostOptions = { url: string; name: string; leaseMs: number }

/** What the parent tells a host. */
export type Request = { n?: number; ask?: Operation; jump?: number; close?: true }

/** What a host tells its parent. */
export type Answer = {
  n?: number | undefined
  ready?: true
  answer?: { seq?: number; duplicate: boolean }
  error?: { name: string; code?: string; message: string }
  attempt?: BegunAttempt
}

/** The exit code of a host that found no database to start on. */
export const UNREACHABLE = 3
