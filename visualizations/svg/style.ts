// Colours of light and dark are set once; what is live or was taken is a class, so that nothing is laid out again.
const style = `
svg{--fg:#1f2937;--mut:#6b7280;--bg:#fff;--box:#fafafa;--line:#9ca3af;--on:#1971c2;--onbg:#e7f5ff;--vis:#f1f8ff;
--green:#2f9e44;--yellow:#e67700;--red:#c92a2a;font-family:"DejaVu Sans",Verdana,sans-serif;background:var(--bg)}
@media (prefers-color-scheme:dark){svg{--fg:#e5e7eb;--mut:#9ca3af;--bg:#111827;--box:#1a2233;--line:#6b7280;--on:#74c0fc;
--onbg:#16324f;--vis:#16263d;--green:#69db7c;--yellow:#ffd43b;--red:#ff8787}}
.state>rect{fill:var(--bg);stroke:var(--line);stroke-width:1.4}.state.root>rect{fill:var(--box);stroke-dasharray:4 4}
.state.region>rect{stroke-dasharray:6 4}.state line{stroke:var(--line)}
.title{font-size:13px;font-weight:600;fill:var(--fg)}.line{font-size:11px;fill:var(--mut)}
.state.visited>rect{fill:var(--vis);stroke:var(--on)}.state.active>rect{fill:var(--onbg);stroke:var(--on);stroke-width:2.6}
.state.active>.title{fill:var(--on)}.state>.inner{fill:none}
.any rect{fill:var(--box);stroke:var(--line);stroke-dasharray:2 3}.start{fill:var(--fg)}
.edge{fill:none;stroke:var(--line);stroke-width:1.3}.edge.taken{stroke:var(--on);stroke-width:2.4}
.label rect{fill:var(--bg)}.label text{font-size:11px;fill:var(--fg)}.label .quiet{font-style:italic;fill:var(--mut)}
.label.taken text{fill:var(--on);font-weight:600}
.head{fill:var(--line)}.head.on{fill:var(--on)}
.step>rect{fill:var(--bg);stroke:var(--line);stroke-width:1.4}.step>.title{fill:var(--fg)}
.step.running>rect,.step.evaluating>rect{fill:var(--onbg);stroke:var(--on);stroke-width:2.4}
.step.passed>rect{stroke:var(--green);stroke-width:2}.step.blocked>rect{stroke:var(--red);stroke-width:2.4}
.step.rework>rect,.step.waiting>rect{stroke:var(--yellow);stroke-width:2.4}.step.skipped>rect{stroke-dasharray:4 4}
.step.skipped>.title{fill:var(--mut)}`

const head = (id: string, classes: string) =>
  `<marker id="${id}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse">` +
  `<path class="${classes}" d="M0,0 L10,5 L0,10z"/></marker>`

/** A whole picture around its parts. `label` is what somebody hears who does not see it; all of it is escaped already. */
export const svgOf = (size: { width?: number; height?: number }, label: string, parts: readonly string[]): string => {
  const [width, height] = [Math.ceil(size.width ?? 0), Math.ceil(size.height ?? 0)]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${label}">`,
    `<style>${style}\n</style>`,
    `<defs>${head('arrow', 'head')}${head('arrow-on', 'head on')}</defs>`,
    ...parts,
    '</svg>\n',
  ].join('\n')
}
