/**
 * Keeps the page fresh: asks for the counts, and when they changed takes over what is new of the page itself. Cards that
 * stay are not touched, so the focus, an opened card and the place of reading stay too.
 */
export const script = `
const status = document.querySelector('.status');
const button = document.querySelector('button');
let seen = document.querySelector('main').dataset.version;
let paused = false;

button.hidden = false;
button.addEventListener('click', () => {
  paused = !paused;
  button.textContent = paused ? 'Resume updates' : 'Pause updates';
  status.textContent = paused ? 'Updates paused' : 'Updates every 2 seconds';
});

function takeOver(fresh) {
  let added = 0;
  for (const section of document.querySelectorAll('section')) {
    const from = fresh.getElementById(section.id);
    section.querySelector('.counts').replaceWith(from.querySelector('.counts'));
    const list = section.querySelector('ol');
    const known = new Map([...list.children].map((item) => [item.dataset.id, item]));
    const items = [...from.querySelectorAll('li')].map((item) => known.get(item.dataset.id) ?? item);
    added += items.filter((item) => !known.has(item.dataset.id)).length;
    const kept = new Set(items);
    for (const item of known.values()) if (!kept.has(item)) item.remove();
    items.forEach((item, at) => {
      if (list.children[at] !== item) list.insertBefore(item, list.children[at] ?? null);
    });
  }
  return added;
}

async function refresh() {
  const counts = await fetch('inboxes/counts', { cache: 'no-store' });
  const { version } = await counts.json();
  if (version === seen) return;
  const page = await fetch('inboxes', { cache: 'no-store' });
  const fresh = new DOMParser().parseFromString(await page.text(), 'text/html');
  const added = takeOver(fresh);
  seen = fresh.querySelector('main').dataset.version;
  status.textContent = added === 0 ? 'Counts updated' : added === 1 ? '1 new message shown' : added + ' new messages shown';
}

async function poll() {
  try {
    if (!paused && !document.hidden) await refresh();
  } catch {
    status.textContent = 'No answer from the sandbox, trying again';
    seen = '';
  }
  setTimeout(poll, 2000);
}

setTimeout(poll, 2000);
`;
