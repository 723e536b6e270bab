import { ReportLaterError } from '@libs/delivery';
import { toError } from '@libs/foundation';
import { OutboundGuard } from '@libs/platform';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Dispatcher } from 'undici';
import { request } from 'undici';

const timeoutMs = 5_000;
const longest = 65_536;

/** Fetches what a report names, such as a certificate: a short text, over the guarded way out, following nothing further. */
@Injectable()
export class ReportFetch implements OnApplicationShutdown {
  private readonly dispatcher: Dispatcher;

  constructor(guard: OutboundGuard) {
    this.dispatcher = guard.dispatcher({ connections: 4, headersTimeout: timeoutMs, bodyTimeout: timeoutMs });
  }

  /** @throws {ReportLaterError} when there is no such text now. */
  async get(url: string): Promise<string> {
    try {
      const signal = AbortSignal.timeout(2 * timeoutMs);
      const { statusCode, body } = await request(url, { dispatcher: this.dispatcher, signal });
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of body as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > longest) throw new Error(`It answered more than ${longest} bytes`);
        chunks.push(chunk);
      }
      if (statusCode !== 200) throw new Error(`It answered ${statusCode}`);
      return Buffer.concat(chunks).toString('utf8');
    } catch (cause) {
      const { origin } = new URL(url);
      throw new ReportLaterError(`${origin} cannot be asked now: ${toError(cause).message}`, { cause });
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.dispatcher.destroy();
  }
}
