/** The look of the page: light or dark as the reader's system is set. */
export const style = `
:root {
  color-scheme: light dark;
  --ground: #f3f4f8; --panel: #ffffff; --line: #d9dce6; --text: #1b1f2a; --quiet: #565d6f;
  --push: #6a3fc0; --email: #0b63b8; --sms: #0d7548; --bubble: #e3f4ea; --warn: #9a3412; --warn-ground: #ffedd5;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #12141b; --panel: #1c1f29; --line: #343948; --text: #eceef4; --quiet: #a5adbf;
    --push: #b79bf2; --email: #7cb8f5; --sms: #6fcf9f; --bubble: #1d3a2c; --warn: #fdba74; --warn-ground: #43210d;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
.page-head { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; padding: 1.25rem 1.5rem .25rem; }
h1 { font-size: 1.5rem; margin: 0; }
.status { margin: 0; color: var(--quiet); flex: 1; min-width: 12rem; }
button { font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--quiet); border-radius: .5rem;
  padding: .4rem .9rem; cursor: pointer; }
a { color: inherit; }
:focus-visible { outline: 3px solid var(--email); outline-offset: 2px; border-radius: .25rem; }
main { display: grid; grid-template-columns: repeat(5, minmax(0, 1fr)); gap: 1.25rem; padding: 1rem 1.5rem 2rem;
  align-items: start; }
@media (max-width: 70rem) { main { grid-template-columns: minmax(0, 1fr); } }
section { --accent: var(--push); }
section[data-medium=email] { --accent: var(--email); }
section[data-medium=sms] { --accent: var(--sms); }
.column-head { background: var(--panel); border: 1px solid var(--line); border-top: 4px solid var(--accent);
  border-radius: .75rem; padding: .75rem 1rem; }
h2 { font-size: 1.125rem; margin: 0; color: var(--accent); }
.counts { display: grid; grid-template-columns: repeat(auto-fit, minmax(4.75rem, 1fr)); gap: .25rem 1rem; margin: .5rem 0; }
.counts div { display: flex; flex-direction: column-reverse; }
.counts dt { font-size: .8125rem; color: var(--quiet); }
.counts dd { margin: 0; font-size: 1.375rem; font-weight: 650; font-variant-numeric: tabular-nums; }
.counts .warn { background: var(--warn-ground); border-radius: .375rem; padding: 0 .4rem; margin: 0 -.4rem; }
.counts .warn > * { color: var(--warn); }
.more { margin: 0; font-size: .875rem; color: var(--quiet); }
ol { list-style: none; margin: .75rem 0 0; padding: 0; display: grid; gap: .75rem; }
article { position: relative; background: var(--panel); border: 1px solid var(--line); border-radius: .75rem;
  padding: .75rem 1rem; overflow-wrap: anywhere; }
article time { float: right; margin-left: .75rem; color: var(--quiet); font-size: .8125rem; line-height: 1.5rem;
  font-variant-numeric: tabular-nums; }
h3 { font-size: 1rem; margin: 0; }
.quiet { color: var(--quiet); font-weight: 400; }
.text { margin: .25rem 0; white-space: pre-line; }
.route { margin: .25rem 0; font-size: .875rem; }
.bubble { background: var(--bubble); border-radius: .25rem 1rem 1rem 1rem; padding: .5rem .875rem; width: fit-content;
  margin: .5rem 0; }
details { font-size: .8125rem; color: var(--quiet); }
summary { cursor: pointer; width: fit-content; }
.facts { display: grid; grid-template-columns: auto 1fr; gap: .125rem .75rem; margin: .375rem 0 0; }
.facts dd { margin: 0; font-family: ui-monospace, monospace; color: var(--text); }
.empty { border: 1px dashed var(--quiet); border-radius: .75rem; padding: 1.5rem 1rem; margin: .75rem 0 0;
  color: var(--quiet); text-align: center; }
ol:not(:empty) + .empty { display: none; }
ol:empty { margin: 0; }
`;
