import type { TenantStore } from './tenants/tenant-store';

/** What a browser sees first: the accounts in the box and where to look. */
export function startPage(tenants: TenantStore): string {
  const rows = [...tenants.all.values()].map(
    ({ name, campaigns, templates, listeners }) =>
      `<tr><td>${escapeHtml(name)}</td><td>${templates.length}</td><td>${listeners.length}</td><td>${campaigns.size}</td></tr>`,
  );
  const table = rows.length
    ? `<table><caption>Accounts</caption><thead><tr><th scope="col">Name</th><th scope="col">Templates</th><th scope="col">Listeners</th><th scope="col">Campaigns</th></tr></thead><tbody>${rows.join('')}</tbody></table>`
    : '<p>There is no account yet. Make one with <code>POST /control/tenants {"name": "Test"}</code>.</p>';
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Optimove sandbox</title><style>
:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:3rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}caption{text-align:left;font-weight:600;padding:.5rem 0}
th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid color-mix(in srgb,currentColor 20%,transparent)}
</style></head><body><h1>Optimove sandbox</h1>
<p>A stand-in for Optimove and for the providers at the far end of every channel.</p>
<p><a href="/inboxes">Received messages</a></p>${table}</body></html>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
