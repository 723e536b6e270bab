import type { Findings } from './findings';
import { isTemplate } from './text-template';

/**
 * What a tap does. URL: opens the address in the browser, WEB_VIEW: inside the app. DEEPLINK: goes to a place in the app.
 * PAGE: shows the HTML that came with the message. IN_APP: brings up an in-app message that waits for the event.
 */
export const clickActions = ['URL', 'WEB_VIEW', 'DEEPLINK', 'PAGE', 'IN_APP'] as const;

/** One of {@link clickActions}. */
export type ClickAction = (typeof clickActions)[number];

/** What a tap on a message or a button does. */
export interface ClickContent {
  /** Opened when it is tapped. */
  url?: string;
  /** Absent: URL where there is an address, else nothing but opening the app or closing the message. */
  onClick?: ClickAction;
  /** HTML for PAGE; it counts to the size of the message. */
  page?: string;
  /** For IN_APP: the event for which in-app messages wait, as the app would name it. */
  inAppEvent?: string;
}

const webAddress = /^https?:\/\/[^\s]+$/i;
const eventLength = 100;

/** Checks that an action has what it needs, and nothing that it would not use. */
export function checkClick(
  findings: Findings,
  at: string[],
  { click, allowed }: { click: ClickContent; allowed: readonly ClickAction[] },
): void {
  const { url = '', onClick, page = '', inAppEvent = '' } = click;
  if (onClick && !allowed.includes(onClick)) {
    findings.add([...at, 'onClick'], 'INVALID', `Here a tap can do one of ${allowed.join(', ')}`);
    return;
  }
  checkAddress(findings, [...at, 'url'], { url, onClick });
  if (onClick === 'PAGE') findings.require([...at, 'page'], page);
  else if (page)
    findings.add([...at, 'page'], 'INVALID', 'Only a tap with onClick PAGE shows it; choose that or remove it');
  if (onClick === 'IN_APP') findings.require([...at, 'inAppEvent'], inAppEvent);
  else if (inAppEvent) {
    findings.add([...at, 'inAppEvent'], 'INVALID', 'Only a tap with onClick IN_APP uses it; choose that or remove it');
  }
  findings.bound([...at, 'inAppEvent'], inAppEvent, eventLength);
}

function checkAddress(findings: Findings, at: string[], { url, onClick }: Pick<ClickContent, 'url' | 'onClick'>): void {
  if (!onClick) return;
  if (onClick === 'PAGE' || onClick === 'IN_APP') {
    if (url) findings.add(at, 'INVALID', `A tap with onClick ${onClick} opens no address; remove it`);
    return;
  }
  findings.require(at, url ?? '');
  if (onClick === 'DEEPLINK' || !url || isTemplate(url) || webAddress.test(url)) return;
  findings.add(at, 'INVALID', 'Write an address with https://, or choose DEEPLINK for a place in the app');
}
