import { OutboundGuard, OutboundRefusedError } from '@libs/platform';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { type Dispatcher, request } from 'undici';
import { messageLimits } from '../domain/content/message-limits';

const waitMs = 10_000;

/** The page, or why there is none. */
export type FetchedHtml = { html: string; problem: null } | { html: null; problem: string };

/** Fetches the HTML of an e-mail from where somebody keeps it. */
@Injectable()
export class FetchHtml implements OnModuleDestroy {
  private readonly dispatcher: Dispatcher;

  constructor(private readonly guard: OutboundGuard) {
    this.dispatcher = guard.dispatcher({ connect: { timeout: waitMs } });
  }

  /** Goes to public https addresses only, follows nothing, and takes no more than an e-mail may have. */
  async run(url: string): Promise<FetchedHtml> {
    const { protocol, hostname } = new URL(url);
    if (protocol !== 'https:' && !this.guard.allowPrivate) {
      return refused('Give an address that begins with https://: on the way of any other the page can be changed');
    }
    try {
      await this.guard.assertPublicHost(hostname);
      return await this.read(url);
    } catch (error) {
      if (error instanceof OutboundRefusedError) return refused(error.message);
      const { code, name } = error as { code?: unknown; name?: string };
      const why = name === 'TimeoutError' ? `it did not answer within ${waitMs / 1000} seconds` : String(code ?? name);
      return refused(`The address cannot be reached: ${why}`);
    }
  }

  async onModuleDestroy(): Promise<void> {
    await this.dispatcher.close();
  }

  private async read(url: string): Promise<FetchedHtml> {
    const headers = { accept: 'text/html' };
    const given = { dispatcher: this.dispatcher, headers, signal: AbortSignal.timeout(waitMs) };
    const { statusCode, headers: answered, body } = await request(url, given);
    // What is left of a body that is given up fails, and nobody waits for it.
    body.on('error', () => undefined);
    const type = String(answered['content-type'] ?? '');
    const problem = problemOf(statusCode, type);
    if (problem) {
      body.destroy();
      return refused(problem);
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > messageLimits.htmlBytes) return refused('The page has more than 500 KB');
      chunks.push(chunk);
    }
    return decoded(Buffer.concat(chunks), type);
  }
}

function problemOf(statusCode: number, type: string): string | null {
  if (statusCode >= 300 && statusCode < 400) return 'The address leads on to another one; give that one';
  if (statusCode !== 200) return `The address answered ${statusCode} in the place of a page`;
  return /^text\/html\b/i.test(type) ? null : 'The address is not that of an HTML page';
}

function decoded(bytes: Buffer, type: string): FetchedHtml {
  const charset = /charset="?([\w-]+)/i.exec(type)?.[1] ?? 'utf-8';
  try {
    return { html: new TextDecoder(charset, { fatal: true }).decode(bytes).replaceAll('\u0000', ''), problem: null };
  } catch {
    return refused(`The page cannot be read as ${charset}`);
  }
}

function refused(problem: string): FetchedHtml {
  return { html: null, problem };
}
