import { describe, expect, it } from 'vitest'
import { toChart, toMermaid } from '../../visualizations/index.ts'
import { readMermaid } from './mermaid-outline.ts'
import { sampleMachine } from './sample-machine.ts'

const text = toMermaid(toChart(sampleMachine))
const { states, arrows } = readMermaid(text)
const titles = new Map([...states].map(([id, { title }]) => [id, title]))
const drawn = arrows.map(([from, to, label]) => `${titles.get(from) ?? from} -> ${titles.get(to) ?? to}: ${label}`)

describe('the Mermaid text of a machine', () => {
  it('nests every state once, and keeps apart states whose names come out alike', () => {
    expect([...states.keys()]).toContain('s_sample_work_fetch_part')
    expect(states.get('s_sample_work_fetch_part_2')).toEqual({ title: 'fetch_part', parent: 's_sample_work' })
    expect(states.get('s_sample_resting_deep')?.parent).toBe('s_sample_resting')
  })

  it('begins each compound state and ends each final one', () => {
    expect(arrows.filter(([from]) => from === '[*]').map(([, to]) => titles.get(to))).toEqual([
      'idle',
      'fetching',
      'waiting',
      'light',
    ])
    expect(drawn.filter((line) => line.includes('-> [*]'))).toEqual(
      ['fetched', 'waited', 'stopped'].map((s) => `${s} -> [*]: `),
    )
  })

  it('separates the regions of a parallel state', () => {
    expect(text.match(/^ +--$/gm)).toHaveLength(1)
  })

  it('escapes what would end a label', () => {
    expect(drawn).toContain('in any of these -> deep: sample#58; #34;wake#34;#59; now')
  })

  it('lets what a compound state does to its own children start inside it', () => {
    expect(drawn).toContain('in any of these -> stopped: sample.stop')
    for (const [from, to] of arrows) {
      const parents: string[] = []
      for (let at = states.get(to)?.parent; at; at = states.get(at)?.parent) parents.push(at)
      expect(parents).not.toContain(from)
    }
  })

  it('declares both ends of every arrow', () => {
    for (const end of arrows.flatMap(([from, to]) => [from, to])) expect(end === '[*]' || states.has(end)).toBe(true)
  })
})

describe('the reader that these tests use', () => {
  it('refuses a diagram that is broken', () => {
    expect(() => readMermaid(text.replace('  }\n', ''))).toThrow(/left open/)
    expect(() => readMermaid(`${text}  }\n`)).toThrow(/unknown line/)
    expect(() => readMermaid(text.replace('#58;', ':'))).toThrow(/cut short/)
  })
})
