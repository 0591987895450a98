import type { AnyStateMachine, AnyStateNode } from 'xstate'
import { type ChartEdge, type ChartNode, toChart } from './chart.ts'
import { escaped } from './svg/text.ts'

/**
 * The machine as W3C SCXML (https://www.w3.org/TR/scxml/). Guards, actions, delays and actors are names there too: guards
 * as `cond`, actions and the actors that entry actions spawn as elements of a namespace of ours, delays as `delayexpr`.
 */
export function toScxml(machine: AnyStateMachine): string {
  const chart = toChart(machine)
  const histories = new Map(historiesIn(machine.root).map((node) => [node.id, node]))
  const document: Document = {
    edgesOf: (id) => chart.edges.filter(({ from }) => from === id),
    history: (id) => histories.get(id)!,
  }
  const opening = `<scxml xmlns="http://www.w3.org/2005/07/scxml" xmlns:a="urn:adjutant:scxml" version="1.0" name="${escaped(chart.id)}" initial="${escaped(chart.root.id)}" datamodel="null">`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    opening,
    ...stateLines(chart.root, document).map((line) => `  ${line}`),
    '</scxml>',
    '',
  ].join('\n')
}

type Document = { edgesOf(id: string): ChartEdge[]; history(id: string): AnyStateNode }

const historiesIn = (node: AnyStateNode): AnyStateNode[] => [
  ...(node.type === 'history' ? [node] : []),
  ...Object.values(node.states).flatMap(historiesIn),
]

function stateLines(node: ChartNode, document: Document): string[] {
  if (node.type === 'history') return historyLines(document.history(node.id))
  const tag = node.type === 'parallel' ? 'parallel' : node.type === 'final' ? 'final' : 'state'
  const initial = node.initial && tag === 'state' ? ` initial="${escaped(node.initial)}"` : ''
  const inner = [
    ...actionLines('onentry', node.entry, delaysOf(node, document).map(sendLine)),
    ...actionLines('onexit', node.exit, delaysOf(node, document).map(cancelLine)),
    ...(tag === 'final' ? [] : node.invoke.map((src) => `<invoke type="adjutant" src="${escaped(src)}"/>`)),
    ...document.edgesOf(node.id).map(transitionLine),
    ...node.children.flatMap((child) => stateLines(child, document)),
  ]
  const start = `<${tag} id="${escaped(node.id)}"${initial}`
  return inner.length === 0 ? [`${start}/>`] : [`${start}>`, ...inner.map((line) => `  ${line}`), `</${tag}>`]
}

function historyLines(node: AnyStateNode): string[] {
  const target = node.config.target ?? node.parent?.initial?.target?.[0]?.id ?? ''
  const resolved = node.parent?.states[String(target)]?.id ?? String(target).replace(/^#/, '')
  return [
    `<history id="${escaped(node.id)}" type="${node.history === 'deep' ? 'deep' : 'shallow'}">`,
    `  <transition target="${escaped(resolved)}"/>`,
    '</history>',
  ]
}

const delaysOf = (node: ChartNode, { edgesOf }: Document) => [
  ...new Set(
    edgesOf(node.id)
      .filter(({ kind }) => kind === 'after')
      .map(({ event, label }) => `${event}\n${label.replace(/^after /, '')}`),
  ),
]

function sendLine(delay: string): string {
  const [event, name] = delay.split('\n') as [string, string]
  const length = /^\d+$/.test(name) ? `delay="${name}ms"` : `delayexpr="${escaped(name)}"`
  return `<send id="${escaped(event)}" event="${escaped(event)}" ${length}/>`
}

const cancelLine = (delay: string) => `<cancel sendid="${escaped(delay.split('\n')[0]!)}"/>`

function actionLines(tag: string, names: readonly string[], more: readonly string[]): string[] {
  const lines = [...names.map(actionLine), ...more]
  return lines.length === 0 ? [] : [`<${tag}>`, ...lines.map((line) => `  ${line}`), `</${tag}>`]
}

const actionLine = (name: string) => `<a:action name="${escaped(name)}"/>`

function transitionLine({ event, guard, to, actions, internal }: ChartEdge): string {
  const attributes = [
    ...(event ? [`event="${escaped(scxmlEvent(event))}"`] : []),
    ...(guard ? [`cond="${escaped(guard)}"`] : []),
    ...(internal ? ['type="internal"'] : [`target="${escaped(to)}"`]),
  ].join(' ')
  return actions.length === 0
    ? `<transition ${attributes}/>`
    : `<transition ${attributes}>${actions.map(actionLine).join('')}</transition>`
}

const scxmlEvent = (event: string): string =>
  event
    .replace(/^xstate\.done\.actor\./, 'done.invoke.')
    .replace(/^xstate\.done\.state\./, 'done.state.')
    .replace(/^xstate\.error\.actor\./, 'error.platform.')
