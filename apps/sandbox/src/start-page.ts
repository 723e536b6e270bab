import type { TenantStore } from './tenants/tenant-store';

/** What a browser sees first: the accounts in the box and where to look. */
export function startPage(tenants: TenantStore): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Optimove sandbox</title><style>${style}</style></head><body><h1>Optimove sandbox</h1>
<p>A stand-in for Optimove and for the providers at the far end of every channel. Everything is kept in memory.</p>
<p><a href="/inboxes">Received messages</a></p>${accounts(tenants)}</body></html>`;
}

const style = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:3rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}caption{text-align:left;font-weight:600;padding:.5rem 0}
th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid color-mix(in srgb,currentColor 20%,transparent)}
td:not(:first-child),th:not(:first-child){text-align:right;font-variant-numeric:tabular-nums}`;

const columns = ['Name', 'Templates', 'Listeners', 'Campaigns', 'Calls', 'Callbacks'];

function accounts(tenants: TenantStore): string {
  const rows = [...tenants.all.values()].map(({ name, templates, listeners, campaigns, calls, callbacks }) => {
    const counts = [templates.length, listeners.length, campaigns.size, calls.length, callbacks.length];
    return `<tr><td>${escapeHtml(name)}</td>${counts.map((count) => `<td>${count}</td>`).join('')}</tr>`;
  });
  if (rows.length === 0) {
    return '<p>There is no account yet. Make one with <code>POST /control/tenants {"name": "Test"}</code>.</p>';
  }
  const head = columns.map((column) => `<th scope="col">${column}</th>`).join('');
  return `<table><caption>Accounts</caption><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
