/** How the pages look. Text has a contrast of at least 7:1 and edges of controls 3:1, in light and dark. */
export const pageStyle = `*{box-sizing:border-box}
:root{--back:#eef1f6;--card:#fff;--text:#182130;--soft:#465064;--line:#737d8f;--main:#1d3fa8;--on-main:#fff;--good:#0b6b3a;--focus:#b45309;color-scheme:light dark}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem 1rem;background:var(--back);color:var(--text);font:1.0625rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{width:100%;max-width:30rem;background:var(--card);border-radius:1rem;padding:2rem clamp(1.25rem,6vw,2.25rem);box-shadow:0 1px 2px rgb(16 24 40/.08),0 12px 32px rgb(16 24 40/.1)}
h1{font-size:1.5rem;line-height:1.25;letter-spacing:-.01em;margin:0 0 .5rem;text-wrap:balance}
p{margin:.5rem 0;color:var(--soft)}p strong{color:var(--text)}
fieldset{border:0;margin:1.5rem 0 0;padding:0}legend{padding:0;font-weight:600;margin-bottom:.5rem}
label{display:flex;gap:.85rem;align-items:flex-start;padding:.9rem 1rem;border:1px solid var(--line);border-radius:.75rem;margin-bottom:.65rem;cursor:pointer}
label:hover{border-color:var(--main)}label span{display:block}label small{display:block;font-size:.9375rem;color:var(--soft)}
input[type=checkbox]{flex:none;width:1.35rem;height:1.35rem;margin:.1rem 0 0;accent-color:var(--main)}
.actions{display:flex;flex-wrap:wrap;gap:.75rem;margin-top:1.25rem}
button{font:inherit;font-weight:600;min-height:2.9rem;padding:.6rem 1.4rem;border:2px solid var(--main);border-radius:.75rem;background:var(--main);color:var(--on-main);cursor:pointer}
button.plain{background:transparent;color:var(--main)}button:hover{filter:brightness(1.1)}
a{color:var(--main);text-underline-offset:.2em}
:focus-visible{outline:3px solid var(--focus);outline-offset:3px}
.mark{display:grid;place-items:center;width:3rem;height:3rem;border-radius:50%;margin-bottom:1rem;font-size:1.5rem;line-height:1;color:#fff;background:var(--good)}
.mark.calm{background:var(--soft)}
@media(prefers-color-scheme:dark){:root{--back:#0e131b;--card:#182030;--text:#eef2f8;--soft:#bcc6d6;--line:#7d8aa1;--main:#9db7ff;--on-main:#0b1426;--good:#1a7f4b;--focus:#fbbf24}.mark.calm{background:#4a566b}main{box-shadow:none;border:1px solid #2b3648}}
@media(prefers-reduced-motion:no-preference){button,label{transition:filter .15s,border-color .15s}}
@media(max-width:26rem){.actions button{width:100%}}`;
