import type { Findings } from './findings';
import { messageLimits as limits } from './message-limits';
import type { ButtonContent, InAppContent, InboxContent, WebPushContent } from './onsite-content';

/** A browser or an app follows no scripts and no files of its own. */
const webAddress = {
  pattern: /^(?!javascript:|data:|file:)[a-z][a-z0-9+.-]*:[^\s]+$/i,
  message: 'Write a whole address, e.g. https://example.com/offer',
};
const pictureAddress = { pattern: /^https:\/\/[^\s]+$/i, message: 'Write the address of a picture with https://' };
const buttonId = { pattern: /^[\w.-]{1,40}$/, message: 'An id has letters, digits, "_", "." and "-", at most 40' };

/** Checks a push message to browsers. */
export function checkWebPush(findings: Findings, push: WebPushContent): void {
  const bounds = { title: limits.titleLength, body: limits.bodyLength };
  checkTexts(findings, 'webPush', { fields: push, bounds });
  checkButtons(findings, 'webPush', { buttons: push.buttons ?? [], most: limits.webPushButtons });
}

/** Checks a message for inboxes. */
export function checkInbox(findings: Findings, inbox: InboxContent): void {
  const bounds = { title: limits.inboxTitleLength, body: limits.inboxBodyLength };
  findings.require(['inbox', 'title'], inbox.title);
  checkTexts(findings, 'inbox', { fields: inbox, bounds });
}

/** Checks a message that apps and sites show. */
export function checkInApp(findings: Findings, inApp: InAppContent): void {
  const { style, html = '', trigger } = inApp;
  if (style === 'HTML') findings.require(['inApp', 'html'], html);
  const bytes = Buffer.byteLength(html);
  if (bytes > limits.inAppHtmlBytes) {
    findings.add(['inApp', 'html'], 'TOO_LONG', `At most ${limits.inAppHtmlBytes} bytes; this has ${bytes}`);
  }
  const bounds = { title: limits.titleLength, body: limits.bodyLength };
  checkTexts(findings, 'inApp', { fields: inApp, bounds, mayBeEmpty: style === 'HTML' });
  checkButtons(findings, 'inApp', { buttons: inApp.buttons ?? [], most: limits.inAppButtons });
  if (trigger.kind === 'SESSION_START' && trigger.event) {
    findings.add(['inApp', 'trigger', 'event'], 'INVALID', 'The start of a session has no event; remove it');
  }
  if (trigger.kind !== 'SESSION_START') findings.require(['inApp', 'trigger', 'event'], trigger.event ?? '');
}

interface Texts {
  title: string;
  body: string;
  url?: string;
  iconUrl?: string;
  imageUrl?: string;
}

function checkTexts(
  findings: Findings,
  medium: string,
  given: { fields: Texts; bounds: { title: number; body: number }; mayBeEmpty?: boolean },
): void {
  const { fields, bounds } = given;
  if (!given.mayBeEmpty) findings.require([medium, 'body'], fields.body);
  findings.bound([medium, 'title'], fields.title, bounds.title);
  findings.bound([medium, 'body'], fields.body, bounds.body);
  for (const name of ['url', 'iconUrl', 'imageUrl'] as const) {
    findings.bound([medium, name], fields[name], limits.urlLength);
    findings.match([medium, name], fields[name], name === 'url' ? webAddress : pictureAddress);
  }
}

/** Checks buttons; their ids differ and stay in the app's words. */
export function checkButtons(
  findings: Findings,
  medium: string,
  { buttons, most }: { buttons: ButtonContent[]; most: number },
): void {
  const path = [medium, 'buttons'];
  if (buttons.length > most) findings.add(path, 'TOO_LONG', `At most ${most} buttons; there are ${buttons.length}`);
  const ids = buttons.map(({ id }) => id);
  buttons.forEach(({ id, label, url }, index) => {
    const at = [...path, String(index)];
    if (!buttonId.pattern.test(id)) findings.add([...at, 'id'], 'INVALID', buttonId.message);
    if (ids.indexOf(id) !== index) findings.add([...at, 'id'], 'INVALID', 'Another button has this id');
    findings.require([...at, 'label'], label);
    findings.bound([...at, 'label'], label, limits.nameLength);
    findings.bound([...at, 'url'], url, limits.urlLength);
    findings.match([...at, 'url'], url, webAddress);
  });
}
