/** Browsers that are told apart. */
export const browsers = ['CHROME', 'FIREFOX', 'SAFARI', 'EDGE', 'OTHER'] as const;

/** One of {@link browsers}. */
export type Browser = (typeof browsers)[number];

const hosts: [end: string, browser: Browser][] = [
  ['push.services.mozilla.com', 'FIREFOX'],
  ['push.apple.com', 'SAFARI'],
  ['notify.windows.com', 'EDGE'],
  ['googleapis.com', 'CHROME'],
];

/** The browser of a push subscription, by the push service of its endpoint: those that use Chrome's are taken for Chrome. */
export function browserOf(endpoint: string): Browser {
  const host = URL.parse(endpoint)?.hostname ?? '';
  return hosts.find(([end]) => host === end || host.endsWith(`.${end}`))?.[1] ?? 'OTHER';
}
