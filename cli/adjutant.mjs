#!/usr/bin/env node
// The one file that must run under any Node: it finds a Node that can run the rest.
// Plain JavaScript for that reason, without imports that Node 18 does not have.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const OLDEST = [22, 18]

/** Node strips types by itself from 22.18 on. */
function runsTypeScript() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])
}

/** The Node that the lock file pins as an optional dependency, or undefined on platforms that have none (macOS). */
function pinnedNode() {
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const binary = process.platform === 'win32' ? 'bin/node.exe' : 'bin/node'
  const path = fileURLToPath(new URL(`../node_modules/node-${platform}-${process.arch}/${binary}`, import.meta.url))
  return existsSync(path) ? path : undefined
}

/** Runs this file again under `node`; its exit code or signal becomes ours. */
function runAgainUnder(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    // The channel carries nothing: its end tells the child that we were killed (see endWithParent).
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    windowsHide: true,
  })
  // A terminal sends Ctrl-C to the whole group; a second copy would read as "stop at once".
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGUSR2']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    console.error(`adjutant: ${node} does not start: ${error.message}`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    if (!signal) return process.exit(code ?? 1)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

/** A SIGKILL of the outer process is one of this process too: the user sees one program, not two. */
function endWithParent() {
  if (!process.channel) return
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
  process.channel.unref()
}

if (runsTypeScript()) {
  endWithParent()
  // Stripping types from some 250 files takes most of a start: kept, it is 0.7 s instead of 2.1 s. It may be unavailable.
  const { enableCompileCache } = await import('node:module')
  enableCompileCache?.()
  // A clone has main.ts; the published package only its compiled form (Node strips no types inside node_modules).
  const source = new URL('./main.ts', import.meta.url)
  const { main } = await import(existsSync(source) ? source.href : new URL('../dist/cli/main.js', import.meta.url).href)
  process.exitCode = await main(process.argv.slice(2))
} else {
  const node = pinnedNode()
  if (node) {
    runAgainUnder(node)
  } else {
    console.error(`adjutant needs Node ${OLDEST.join('.')} or newer; this is Node ${process.versions.node}.`)
    process.exitCode = 1
  }
}
