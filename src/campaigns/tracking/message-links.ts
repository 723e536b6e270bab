import type { EmailMessage, OutboundMessage } from '@libs/delivery';
import { LinkSigner, PlatformConfig } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { linkMarks } from '../domain/content/system-links';
import { type MessageRef, packRef, unpackRef } from '../domain/engagement';

const dayMs = 86_400_000;
const clickDays = 180;
/** Somebody who kept the mail may still leave. */
const consentDays = 3 * 365;

const messageBound = 'Message-ID';
/** Tries of one message have the same Message-ID, whatever day it is. */
const lastDayOfAll = new Date(Date.UTC(2149, 0, 1));

/** Addresses of the web and of apps; not those of mails and calls, and no anchors. */
const anchor = /(<a\b[^>]*?\shref\s*=\s*)(["'])([a-z][a-z0-9+.-]*:\/\/[^"']*)\2([^>]*>)/gi;

/** Puts signed links of ours into a rendered message: opens, clicks, unsubscribing, preferences. */
@Injectable()
export class MessageLinks {
  private readonly base: string;

  constructor(
    private readonly signer: LinkSigner,
    config: PlatformConfig,
  ) {
    this.base = config.PUBLIC_URL.replace(/\/$/, '');
  }

  /** The message with every link that is ours to make. Texts of e-mails keep their own links, so that people can read them. */
  addTo<T extends OutboundMessage>(message: T, ref: MessageRef, now: Date): T {
    const filled = this.fill(message, ref, now);
    if (ref.medium !== 'EMAIL') return filled;
    const email = filled as T & EmailMessage;
    const tracked = { ...email, html: this.track(email.html, ref, now), messageToken: this.messageToken(ref) };
    if (email.hasUnsubscribeHeader === false) return tracked;
    return { ...tracked, unsubscribeUrl: this.url('u', ref, now, consentDays) };
  }

  /** The message that a provider's report is about; null when the Message-ID is not one of ours. */
  refOfMessageId(messageId: string): MessageRef | null {
    const token = /^<([^@<>]+)@/.exec(messageId)?.[1];
    const opened = token && this.signer.open(token, { now: new Date(0), bound: messageBound });
    return opened ? unpackRef(opened.payload) : null;
  }

  private messageToken(ref: MessageRef): string {
    return this.signer.sign(packBare(ref), { lastDay: lastDayOfAll, bound: messageBound });
  }

  /** Where a person chooses what to get. */
  preferencesUrl(ref: MessageRef, now: Date): string {
    return this.url('p', ref, now, consentDays);
  }

  /** Replaces the marks that `system.url.*` was rendered as. */
  private fill<T extends OutboundMessage>(message: T, ref: MessageRef, now: Date): T {
    if (!Object.values(message).some(hasMark)) return message;
    const filled = JSON.stringify(message)
      .replaceAll(linkMarks.unsubscribe, this.url('u', ref, now, consentDays))
      .replaceAll(linkMarks.profile, this.preferencesUrl(ref, now))
      .replaceAll(linkMarks.view, this.url('v', ref, now, clickDays));
    return JSON.parse(filled) as T;
  }

  private track(html: string, ref: MessageRef, now: Date): string {
    const tracked = html.replaceAll(anchor, (whole, start: string, quote: string, href: string, end: string) => {
      if (href.startsWith(`${this.base}/t/`) || /\sdata-track\s*=\s*["']off["']/i.test(start + end)) return whole;
      const target = href.replaceAll('&amp;', '&').trim();
      return `${start}${quote}${this.clickUrl(target, ref, now)}${quote}${end}`;
    });
    const pixel = `<img src="${this.url('o', ref, now, clickDays)}" width="1" height="1" alt="" style="display:none">`;
    const end = tracked.toLowerCase().lastIndexOf('</body>');
    return end < 0 ? tracked + pixel : tracked.slice(0, end) + pixel + tracked.slice(end);
  }

  private clickUrl(target: string, ref: MessageRef, now: Date): string {
    const lastDay = new Date(now.getTime() + clickDays * dayMs);
    return `${this.base}/t/c/${this.signer.sign(packBare(ref), { lastDay, bound: target })}?to=${encodeURIComponent(target)}`;
  }

  private url(kind: 'o' | 'u' | 'p' | 'v', ref: MessageRef, now: Date, days: number): string {
    const lastDay = new Date(now.getTime() + days * dayMs);
    const isPersonal = (kind === 'u' || kind === 'p') && ref.medium !== 'SMS';
    const payload = isPersonal ? packRef(ref) : packBare(ref);
    return `${this.base}/t/${kind}/${this.signer.sign(payload, { lastDay, bound: kind })}`;
  }
}

/** Whether a link of ours stands in a text, or in what is inside a message, such as its buttons. */
function hasMark(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some(hasMark);
  return typeof value === 'string' && value.includes(linkMarks.prefix);
}

/** Only consent needs the person, and in a text every character is paid for. */
function packBare({ executionId, seq, medium }: MessageRef): Buffer {
  return packRef({ executionId, seq, medium });
}
