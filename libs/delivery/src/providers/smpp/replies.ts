import type { InboundText } from '../../contract';
import type { SmsKeyword } from '../../sms-keywords';

const pauseMs = 60_000;
const mostRemembered = 10_000;

/** What we answer to keywords. Nobody gets more than one answer a minute: two programs must not talk to each other for ever. */
export class Replies {
  private readonly lastAt = new Map<string, number>();

  constructor(private readonly texts: Record<SmsKeyword, string>) {}

  /** The answer to a text; null when there is none to give. STOP and START of a number of no known country change nothing. */
  to({ from, keyword }: InboundText, now: number): string | null {
    if (keyword !== 'HELP' && from.startsWith('0')) return null;
    const text = keyword && this.texts[keyword];
    if (!text || now - (this.lastAt.get(from) ?? Number.NEGATIVE_INFINITY) < pauseMs) return null;
    if (this.lastAt.size >= mostRemembered) this.lastAt.clear();
    this.lastAt.set(from, now);
    return text;
  }
}
