import { pushPayloadBytes } from '@libs/delivery';
import { webPushBytes, webPushMessage } from './assemble-onsite';
import { pushMessage } from './assemble-push';
import { type CampaignContent, type ContentMedium, contentFields } from './campaign-content';
import { fieldsOf } from './content-fields';
import type { Findings } from './findings';
import { fixedText } from './fixed-text';
import { messageLimits as limits } from './message-limits';
import { measureSms } from './sms-parts';
import { expandSnippets } from './snippets';
import { TemplateFault } from './template-fault';
import { isTemplate } from './text-template';

interface Fixed {
  fields: ReadonlyMap<string, string>;
  /** Whether values come in, so that messages are larger than this. */
  isOpen: boolean;
}

/** Checks how large messages are at least: what does not fit without any value fits nobody. */
export function checkSizes(findings: Findings, content: CampaignContent): void {
  if (content.sms) checkParts(findings, fixedOf(content, 'SMS'));
  const push = content.mobilePush && fixedOf(content, 'MOBILE_PUSH');
  if (push) {
    const bytes = pushPayloadBytes(pushMessage(content.mobilePush, push.fields));
    checkBytes(findings, 'MOBILE_PUSH', { ...push, bytes, most: limits.pushBytes });
  }
  const webPush = content.webPush && fixedOf(content, 'WEB_PUSH');
  if (webPush) {
    const bytes = webPushBytes(webPushMessage(content, webPush.fields));
    checkBytes(findings, 'WEB_PUSH', { ...webPush, bytes, most: limits.webPushBytes });
  }
}

/** The texts of a medium without values; null when one is no template, of which other findings tell. */
function fixedOf(content: CampaignContent, medium: ContentMedium): Fixed | null {
  try {
    const fields = new Map<string, string>();
    let isOpen = false;
    for (const { name, source, isSingleLine, ...field } of fieldsOf(content)) {
      if (field.medium !== medium) continue;
      const expanded = expandSnippets(source, content.snippets ?? {});
      isOpen ||= isTemplate(expanded);
      const text = fixedText(expanded);
      fields.set(name, isSingleLine ? text.replace(/[\r\n]+/g, ' ').trim() : text);
    }
    return { fields, isOpen };
  } catch (error) {
    if (error instanceof TemplateFault) return null;
    throw error;
  }
}

function checkParts(findings: Findings, fixed: Fixed | null): void {
  if (!fixed) return;
  const parts = measureSms(fixed.fields.get('text') ?? '');
  const path = ['sms', 'text'];
  const least = fixed.isOpen ? 'at least ' : '';
  if (parts > limits.smsParts) {
    findings.add(path, 'TOO_LONG', `At most ${limits.smsParts} parts; this has ${least}${parts}`);
  } else if (parts > 1) findings.add(path, 'MANY_PARTS', `Sent and charged as ${least}${parts} parts`, 'WARNING');
}

function checkBytes(
  findings: Findings,
  medium: ContentMedium,
  { bytes, most, isOpen }: { bytes: number; most: number; isOpen: boolean },
): void {
  if (bytes < limits.pushBytesNoticed) return;
  const path = [contentFields[medium]];
  const size = isOpen ? `at least ${bytes} bytes, whatever the values` : `${bytes} bytes`;
  if (bytes > most) findings.add(path, 'TOO_LONG', `At most ${most} bytes fit; the message has ${size}`);
  else findings.add(path, 'LARGE_PAYLOAD', `The message has ${size}, of ${most} that fit`, 'WARNING');
}
