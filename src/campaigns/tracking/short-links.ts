import { createHash } from 'node:crypto';
import type { OutboundMessage, SmsMessage } from '@libs/delivery';
import { LinkSigner, PlatformConfig } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { type MessageRef, packRef } from '../domain/engagement';
import type { ShortLink } from '../persistence/short-link.repository';

const clickDays = 180;
const dayMs = 86_400_000;
const codeBytes = 8;
/** The same message has the same codes, whatever day it is. */
const lastDay = new Date(Date.UTC(2149, 0, 1));
const webAddress = /https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]}']/g;

/** Makes the addresses in texts short and countable. A code is of the message and the address, and nobody can make one up. */
@Injectable()
export class ShortLinks {
  private readonly base: string;

  constructor(
    private readonly signer: LinkSigner,
    config: PlatformConfig,
  ) {
    this.base = config.PUBLIC_URL.replace(/\/$/, '');
  }

  /** A text with short links, and what they stand for: to be stored before it is handed over. Other messages stay as they are. */
  shorten<T extends OutboundMessage>(message: T, ref: MessageRef, now: Date): { message: T; links: ShortLink[] } {
    const sms = message as T & SmsMessage;
    if (ref.medium !== 'SMS' || !sms.hasShortLinks) return { message, links: [] };
    const links = new Map<string, ShortLink>();
    const { executionId, seq, medium } = ref;
    const expiresAt = new Date(now.getTime() + clickDays * dayMs);
    const text = sms.text.replaceAll(webAddress, (target) => {
      if (target.startsWith(`${this.base}/t/`)) return target;
      const code = this.codeOf(ref, target);
      links.set(code, { code, executionId, seq, medium, target, expiresAt });
      return `${this.base}/l/${code}`;
    });
    return { message: { ...message, text }, links: [...links.values()] };
  }

  private codeOf({ executionId, seq, medium }: MessageRef, target: string): string {
    const signed = this.signer.sign(packRef({ executionId, seq, medium }), { lastDay, bound: `short link ${target}` });
    return createHash('sha256').update(signed).digest().subarray(0, codeBytes).toString('base64url');
  }
}
