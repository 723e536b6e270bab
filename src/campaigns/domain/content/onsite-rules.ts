import { type ClickAction, checkClick } from './click-action';
import type { Findings } from './findings';
import { messageLimits as limits } from './message-limits';
import type { ButtonContent, InAppContent, InboxContent, WebPushContent } from './onsite-content';
import { isTemplate } from './text-template';

/** A browser or an app follows no scripts and no files of its own. */
const webAddress = {
  pattern: /^(?!javascript:|data:|file:)[a-z][a-z0-9+.-]*:[^\s]+$/i,
  message: 'Write a whole address, e.g. https://example.com/offer',
};
const pictureAddress = { pattern: /^https:\/\/[^\s]+$/i, message: 'Write the address of a picture with https://' };
const colour = { pattern: /^#[0-9a-f]{6}$/i, message: 'Write a colour as #rrggbb, e.g. #1a2b3c' };
const placementName = { pattern: /^[\w.-]{1,100}$/, message: 'A placement has letters, digits, "_", "." and "-"' };
/** What a tap can do inside an app; a browser only opens addresses. */
const tapActions: ClickAction[] = ['URL', 'WEB_VIEW', 'DEEPLINK', 'IN_APP'];
/** Push services take it as the topic of a message: base64url, RFC 8030 §5.4. */
const topic = {
  pattern: new RegExp(`^[A-Za-z0-9_-]{1,${limits.topicLength}}$`),
  message: `A key has letters, digits, "_" and "-", at most ${limits.topicLength}`,
};
const buttonId = { pattern: /^[\w.-]{1,40}$/, message: 'An id has letters, digits, "_", "." and "-", at most 40' };

/** Checks a push message to browsers. */
export function checkWebPush(findings: Findings, push: WebPushContent): void {
  const bounds = { title: limits.titleLength, body: limits.bodyLength };
  checkTexts(findings, 'webPush', { fields: push, bounds });
  const { ttlHours, collapseKey = '' } = push;
  if (isTemplate(collapseKey)) {
    findings.add(['webPush', 'collapseKey'], 'INVALID', 'A key that push services know cannot hold placeholders');
  }
  findings.match(['webPush', 'collapseKey'], collapseKey, topic);
  if (ttlHours !== undefined && !(Number.isInteger(ttlHours) && ttlHours >= 1 && ttlHours <= limits.webPushTtlHours)) {
    findings.add(['webPush', 'ttlHours'], 'INVALID', `Write a whole number from 1 to ${limits.webPushTtlHours}`);
  }
  checkButtons(findings, 'webPush', { buttons: push.buttons ?? [], most: limits.webPushButtons, allowed: [] });
}

/** Checks a message for inboxes. */
export function checkInbox(findings: Findings, inbox: InboxContent): void {
  const bounds = { title: limits.inboxTitleLength, body: limits.inboxBodyLength };
  findings.require(['inbox', 'title'], inbox.title);
  checkTexts(findings, 'inbox', { fields: inbox, bounds });
  checkClick(findings, ['inbox'], { click: inbox, allowed: tapActions });
  for (const name of ['backgroundColour', 'titleBackgroundColour'] as const) {
    findings.match(['inbox', name], inbox[name], colour);
    if (inbox[name] && inbox.style !== 'CARD') findings.add(['inbox', name], 'INVALID', 'Only a CARD has colours');
  }
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
  checkClick(findings, ['inApp'], { click: inApp, allowed: tapActions });
  checkLook(findings, inApp);
  if (trigger.kind === 'SESSION_START' && trigger.event) {
    findings.add(['inApp', 'trigger', 'event'], 'INVALID', 'The start of a session has no event; remove it');
  }
  if (trigger.kind !== 'SESSION_START') findings.require(['inApp', 'trigger', 'event'], trigger.event ?? '');
}

function checkLook(findings: Findings, inApp: InAppContent): void {
  const { style, position, placement = '', backgroundColour, backgroundImageUrl } = inApp;
  findings.match(['inApp', 'backgroundColour'], backgroundColour, colour);
  findings.match(['inApp', 'backgroundImageUrl'], backgroundImageUrl, pictureAddress);
  findings.bound(['inApp', 'backgroundImageUrl'], backgroundImageUrl, limits.urlLength);
  if (position && style !== 'BANNER') findings.add(['inApp', 'position'], 'INVALID', 'Only a BANNER has a position');
  if (style === 'INLINE') findings.require(['inApp', 'placement'], placement);
  else if (placement) findings.add(['inApp', 'placement'], 'INVALID', 'Only INLINE content has a placement');
  findings.match(['inApp', 'placement'], placement, placementName);
  if (inApp.hasCloseButton === false && !inApp.closesAfterSeconds && !inApp.url && !inApp.buttons?.length) {
    findings.add(
      ['inApp', 'hasCloseButton'],
      'INVALID',
      'Nothing would close it; add a button, or let it close by itself',
    );
  }
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
  { buttons, most, allowed = tapActions }: { buttons: ButtonContent[]; most: number; allowed?: readonly ClickAction[] },
): void {
  const path = [medium, 'buttons'];
  if (buttons.length > most) findings.add(path, 'TOO_LONG', `At most ${most} buttons; there are ${buttons.length}`);
  const ids = buttons.map(({ id }) => id);
  buttons.forEach((button, index) => {
    const { id, label, url } = button;
    const at = [...path, String(index)];
    if (!buttonId.pattern.test(id)) findings.add([...at, 'id'], 'INVALID', buttonId.message);
    if (ids.indexOf(id) !== index) findings.add([...at, 'id'], 'INVALID', 'Another button has this id');
    findings.require([...at, 'label'], label);
    findings.bound([...at, 'label'], label, limits.nameLength);
    findings.bound([...at, 'url'], url, limits.urlLength);
    findings.match([...at, 'url'], url, webAddress);
    checkClick(findings, at, { click: button, allowed });
  });
}
