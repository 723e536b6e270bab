import { type CampaignContent, contentFields, mediaOf } from './campaign-content';
import type { Findings } from './findings';

/** Checks who of the people is reached, and over which of the media. */
export function checkReach(findings: Findings, content: CampaignContent): void {
  if (content.firstReachable) checkOrder(findings, content, content.firstReachable);
  if (content.controlGroupPercent) {
    const message =
      'It is off unless you ask for it: Optimove has a control group of its own, and a second one falsifies its measurement';
    findings.add(['controlGroupPercent'], 'SECOND_CONTROL_GROUP', message, 'WARNING');
  }
}

function checkOrder(
  findings: Findings,
  content: CampaignContent,
  order: NonNullable<CampaignContent['firstReachable']>,
): void {
  const media = mediaOf(content);
  const path = ['firstReachable'];
  if (new Set(order).size < order.length) findings.add(path, 'INVALID', 'Name each medium once');
  const missing = media.filter((medium) => !order.includes(medium));
  if (missing.length > 0) {
    findings.add(path, 'INVALID', `Name all media of the content; ${missing.join(', ')} would never be used`);
  }
  const unused = order.filter((medium) => !media.includes(medium));
  if (unused.length > 0) {
    const fields = unused.map((medium) => contentFields[medium]).join(', ');
    findings.add(path, 'INVALID', `The content has nothing for ${unused.join(', ')} (${fields})`, 'WARNING');
  }
}
