import type { MobilePushContent } from './campaign-content';
import { checkClick, clickActions } from './click-action';
import type { Findings } from './findings';
import { messageLimits as limits } from './message-limits';
import { checkButtons } from './onsite-rules';
import { isTemplate } from './text-template';

const address = {
  pattern: /^[a-z][a-z0-9+.-]*:[^\s]+$/i,
  message: 'Write a whole address, e.g. https://example.com/offer',
};
const dataKey = /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/;
const appName = /^[\w.-]{1,100}$/;
/** Names under which the product itself puts something beside the extra values, and those that FCM and APNs keep for themselves. */
const takenKey =
  /^(?:deliveryId|url|icon|image|aps|buttons|onClick|page|inAppEvent|encrypted|from|message_type|google\..*|gcm\..*)$/;
const texts = [
  ['title', limits.titleLength],
  ['subtitle', limits.titleLength],
  ['body', limits.bodyLength],
  ['url', limits.urlLength],
  ['imageUrl', limits.urlLength],
  ['iconUrl', limits.urlLength],
] as const;

/** Checks a push message to phones. */
export function checkPush(findings: Findings, push: MobilePushContent): void {
  findings.require(['mobilePush', 'body'], push.body);
  for (const [name, most] of texts) findings.bound(['mobilePush', name], push[name], most);
  for (const name of ['url', 'imageUrl', 'iconUrl'] as const) findings.match(['mobilePush', name], push[name], address);
  checkClick(findings, ['mobilePush'], { click: push, allowed: clickActions });
  checkData(findings, push);
  checkButtons(findings, 'mobilePush', { buttons: push.buttons ?? [], most: limits.pushButtons });
  checkPlatform(findings, push);
  checkCover(findings, push);
}

/** Push services read the cover, so that nothing of the person may stand in it. */
function checkCover(findings: Findings, push: MobilePushContent): void {
  if (push.isEncrypted) findings.require(['mobilePush', 'coverBody'], push.coverBody ?? '');
  for (const name of ['coverTitle', 'coverBody'] as const) {
    findings.bound(['mobilePush', name], push[name], limits.titleLength);
    if (isTemplate(push[name] ?? '')) {
      const message = 'Push services can read it, so it is the same for everybody: take the placeholders out';
      findings.add(['mobilePush', name], 'INVALID', message);
    }
  }
}

function checkData(findings: Findings, push: MobilePushContent): void {
  const keys = Object.keys(push.data ?? {});
  if (keys.length > limits.dataKeys) {
    findings.add(['mobilePush', 'data'], 'TOO_LONG', `At most ${limits.dataKeys} values`);
  }
  for (const key of keys) {
    const path = ['mobilePush', 'data', key];
    if (!dataKey.test(key)) {
      findings.add(path, 'INVALID', 'A key has letters, digits, "_", "." and "-", at most 64');
    } else if (takenKey.test(key)) {
      findings.add(path, 'INVALID', `"${key}" is used by the message itself; choose another key`);
    }
  }
}

function checkPlatform(findings: Findings, push: MobilePushContent): void {
  for (const name of ['sound', 'category', 'threadId', 'androidChannelId', 'collapseKey'] as const) {
    const text = push[name] ?? '';
    const path = ['mobilePush', name];
    if (isTemplate(text)) findings.add(path, 'INVALID', 'A name that the app knows cannot hold placeholders');
    else if (text && !appName.test(text)) {
      findings.add(path, 'INVALID', 'A name has letters, digits, "_", "." and "-", at most 100');
    }
  }
  findings.bound(['mobilePush', 'collapseKey'], push.collapseKey, limits.collapseKeyBytes);
  checkNumber(findings, { name: 'badge', value: push.badge, least: 0, most: limits.badge });
  checkNumber(findings, { name: 'ttlHours', value: push.ttlHours, least: 1, most: limits.ttlHours });
}

function checkNumber(
  findings: Findings,
  { name, value, least, most }: { name: string; value: number | undefined; least: number; most: number },
): void {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
  findings.add(['mobilePush', name], 'INVALID', `Write a whole number from ${least} to ${most}`);
}
