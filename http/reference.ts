type Json = Record<string, any>

const style = `body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1f2937;background:#fff}
h1,h2{line-height:1.2}h2{margin-top:2.5rem;border-bottom:1px solid #ddd}code,pre{font:13px/1.45 ui-monospace,monospace}
pre{background:#f6f8fa;padding:.8rem;overflow:auto;border-radius:6px}details{margin:.5rem 0;padding:.4rem .8rem;border:1px solid #ddd;border-radius:6px}
summary{cursor:pointer}.method{display:inline-block;min-width:3.6rem;font-weight:700}.get{color:#1971c2}.post{color:#2f9e44}
.put,.patch{color:#e67700}table{border-collapse:collapse;width:100%}td{border-top:1px solid #eee;padding:.25rem .6rem .25rem 0;vertical-align:top}
@media (prefers-color-scheme:dark){body{background:#111827;color:#e5e7eb}pre{background:#1a2233}details,h2,td{border-color:#374151}}`

/** The document as one page of HTML: every route with its parameters, body, answers and problems. */
export function referencePage(document: Json): string {
  const groups = new Map<string, string[]>()
  for (const [path, item] of Object.entries(document.paths as Json)) {
    const group = /^\/v1\/([^/]+)/.exec(path)?.[1] ?? 'server'
    const routes = ['get', 'post', 'put', 'patch'].flatMap((method) =>
      item[method] ? [routeSection(method, path, item[method] as Json, (item.parameters ?? []) as Json[])] : [],
    )
    groups.set(group, [...(groups.get(group) ?? []), ...routes])
  }
  const sections = [...groups].map(
    ([name, routes]) => `<h2 id="${escaped(name)}">${escaped(name)}</h2>${routes.join('')}`,
  )
  const schemas = Object.entries((document.components?.schemas ?? {}) as Json).map(
    ([name, schema]) =>
      `<details id="schema-${escaped(name)}"><summary><code>${escaped(name)}</code></summary>${json(schema)}</details>`,
  )
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    `<title>${escaped(document.info.title)} API</title><style>${style}</style></head><body>`,
    `<h1>${escaped(document.info.title)} API</h1><p>${escaped(document.info.description)}</p>`,
    '<p>The same for programs: <a href="/openapi.json">/openapi.json</a>. Every route under <code>/v1</code> wants the bearer token.</p>',
    ...sections,
    `<h2 id="schemas">Schemas</h2>${schemas.join('')}`,
    '</body></html>\n',
  ].join('\n')
}

function routeSection(method: string, path: string, operation: Json, parameters: Json[]): string {
  const all = [...parameters, ...((operation.parameters ?? []) as Json[])]
  const rows = all.map(
    ({ name, in: where, required, schema, description }) =>
      `<tr><td><code>${escaped(name)}</code></td><td>${escaped(where)}${required ? ', required' : ''}</td><td>${escaped(description ?? schema?.description ?? '')} <code>${escaped(typeOf(schema))}</code></td></tr>`,
  )
  const body = operation.requestBody?.content?.['application/json']?.schema
  const answers = Object.entries(operation.responses as Json).map(
    ([status, { description, content }]) =>
      `<tr><td><code>${status}</code></td><td>${escaped(description)}</td><td>${Object.entries((content ?? {}) as Json)
        .map(([type, { schema }]) => `${escaped(type)} <code>${escaped(typeOf(schema))}</code>`)
        .join('<br>')}</td></tr>`,
  )
  return [
    `<details><summary><span class="method ${method}">${method.toUpperCase()}</span> <code>${escaped(path)}</code> ${escaped(operation.summary)}</summary>`,
    operation.description ? `<p>${escaped(operation.description)}</p>` : '',
    rows.length > 0 ? `<table>${rows.join('')}</table>` : '',
    body ? `<p>Body:</p>${json(body)}` : '',
    `<table>${answers.join('')}</table></details>`,
  ].join('')
}

const typeOf = (schema: Json | undefined): string =>
  schema?.$ref?.split('/').at(-1) ??
  (Array.isArray(schema?.enum) ? schema.enum.join(' | ') : String(schema?.type ?? ''))

const json = (value: unknown) => `<pre>${escaped(JSON.stringify(value, null, 2))}</pre>`
const escaped = (text: unknown) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)
