import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { documentedRoutes, checkAnswer } from './contract.ts'
import { described, openApiPath, openApiText } from './openapi-file.ts'

const app = described()
const headers = { host: 'x' }

describe('the OpenAPI document', () => {
  test('is committed as the code has it: `npm run openapi` writes it', async () => {
    expect(await readFile(openApiPath, 'utf8')).toBe(openApiText())
  })

  test('has every route under /v1, and no other', () => {
    const served = app.routes
      .filter(({ method, path }) => method !== 'ALL' && path.startsWith('/v1'))
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}').replace(/\/$/, '')}`)
    const documented = documentedRoutes(app).map(({ method, path }) => `${method.toUpperCase()} ${path}`)
    expect([...new Set(served)].sort()).toEqual([...new Set(documented)].sort())
  })

  test('is 3.1, names every path parameter, and refers to nothing that is not in it', async () => {
    const document: any = await (await app.request('/openapi.json', { headers })).json()
    expect(document.openapi).toBe('3.1.0')
    for (const [path, item] of Object.entries<any>(document.paths)) {
      const names = (item.parameters ?? []).map(({ name }: any) => name)
      expect(names).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))
    }
    const refs = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name!)
    expect(refs.length).toBeGreaterThan(10)
    expect(refs.filter((name) => !(name in document.components.schemas))).toEqual([])
  })
})

test('the reference page has every route, needs no script and asks no other host', async () => {
  const response = await app.request('/docs', { headers })
  const page = await response.text()
  for (const { path } of documentedRoutes(app)) expect(page).toContain(`<code>${path}</code>`)
  expect(page).not.toMatch(/<script|<link|<img|\ssrc=|@import|url\(/)
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
})

test('an answer that is not as documented is caught, wherever the tests of the API meet it', () => {
  const json = new Response(null, { status: 200, headers: { 'content-type': 'application/json' } })
  expect(() => checkAnswer(app, 'GET', '/v1/machines', json, { machines: [{ name: 1 }] })).toThrow(/name/)
  expect(() => checkAnswer(app, 'GET', '/v1/machines', json, { machines: [] })).not.toThrow()
  const odd = new Response(null, { status: 418 })
  expect(() => checkAnswer(app, 'GET', '/v1/machines', odd, {})).toThrow(/418 is not documented/)
})
