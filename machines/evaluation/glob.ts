// One token at a time; braces may not nest, which no detector's glob needs.
const parts: readonly [token: RegExp, source: string | ((found: string) => string)][] = [
  [/^\*\*\//, '(?:.*/)?'],
  [/^\*\*/, '.*'],
  [/^\*/, '[^/]*'],
  [/^\?/, '[^/]'],
  [/^\{[^{}]*\}/, (found) => `(?:${found.slice(1, -1).split(',').map(patternSource).join('|')})`],
  [/^[.+^$()|[\]\\{}]/, (found) => `\\${found}`],
  [/^[^]/, (found) => found],
]

function patternSource(glob: string): string {
  let source = ''
  for (let rest = glob; rest !== '';) {
    const [token, to] = parts.find(([pattern]) => pattern.test(rest))!
    const found = token.exec(rest)![0]
    source += typeof to === 'string' ? to : to(found)
    rest = rest.slice(found.length)
  }
  return source
}

/** A glob (`**`, `*`, `?`, `{a,b}`) as an expression over whole relative paths. Without a slash it matches in any folder. */
export const globPattern = (glob: string): RegExp =>
  new RegExp(`^${patternSource(glob.includes('/') ? glob.replace(/^\//, '') : `**/${glob}`)}$`)
