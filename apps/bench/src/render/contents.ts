import type { CampaignContent } from '@modules/campaigns';

const paragraph = `<p style="margin:0 0 16px;font:16px/24px Arial,sans-serif">Play responsibly, {{ FirstName }}. Your offer for
{{ FavouriteGame }} ends soon; the terms of the offer apply, and you can leave it whenever you like.</p>\n`;
const filler =
  '<td style="padding:0 24px;background:#ffffff;border-collapse:collapse;mso-line-height-rule:exactly">&nbsp;</td>\n';
const mailBytes = 50_000;

/** A typical push message. */
export const push = {
  title: 'Hello {{ FirstName }}',
  body: '{% if BonusAmount > 10 %}Your {{ BonusAmount }} euro bonus{% else %}A bonus{% endif %} for {{ FavouriteGame|default("you") }} is waiting.',
};

/** An e-mail body of 50 kB with a few values, a condition and a fallback. */
export const mail = `<html><body>{% if BonusAmount > 10 %}<h1>{{ BonusAmount }} euro</h1>{% endif %}${paragraph.repeat(8)}
${filler.repeat(Math.ceil((mailBytes - 8 * paragraph.length) / filler.length))}{{ Code|default("none") }}</body></html>`;

/** Content with one of the two. */
export function contentOf(medium: 'MOBILE_PUSH' | 'EMAIL'): CampaignContent {
  const personalisation = { whenMissing: 'EMPTY' as const };
  if (medium === 'MOBILE_PUSH') return { personalisation, mobilePush: push };
  const email = { fromAddress: 'news@example.com', fromName: 'News', subject: push.title, html: mail, text: push.body };
  return { personalisation, email };
}

/** Somebody with the values that both ask for. */
export function person(index: number): Record<string, string> {
  return { FirstName: `Player ${index}`, BonusAmount: String(index % 50), FavouriteGame: 'Slots' };
}
