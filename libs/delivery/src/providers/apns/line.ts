import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import type { HandOver, SessionOptions } from '../../contract';
import type { Posted } from '../post';
import { type ApnsRequest, Link } from './link';

const connectWithinMs = 10_000;
const pingAfterIdleMs = 30_000;
const pongWithinMs = 1_000;
const mostConnections = 3;
/** In megabytes: a thousand open requests of 4 KB and what Node keeps of each. */
const maxSessionMemory = 64;

/** The way to one host: a connection that is opened when it is needed, and again after it ended. */
export class Line {
  private link: Link | null = null;
  private checking: Promise<Link> | null = null;
  private readonly underWay = new Set<Promise<Posted>>();

  constructor(
    private readonly origin: string,
    private readonly options: Pick<SessionOptions, 'assertPublicHost' | 'lookup'> & { answerWithinMs: number },
  ) {}

  /** Writes a request and waits for its answer. Only `NOT_WRITTEN` and `LATE` say that the other side did nothing. Never rejects. */
  async post(request: ApnsRequest, handOver: HandOver): Promise<Posted> {
    const posting = this.tryToPost(request, handOver);
    this.underWay.add(posting);
    return posting.finally(() => this.underWay.delete(posting));
  }

  /** Waits for what is under way and ends the connection. */
  async close(): Promise<void> {
    await Promise.all(this.underWay);
    this.link?.end();
  }

  private async tryToPost(request: ApnsRequest, handOver: HandOver): Promise<Posted> {
    try {
      for (let tries = 0; tries < mostConnections; tries += 1) {
        const posted = await (await this.standing()).post(request, handOver);
        if (posted) return posted;
      }
      throw Object.assign(new Error('The host ends every connection'), { code: 'CONNECTION_ENDED' });
    } catch (error) {
      return { kind: 'NOT_WRITTEN', error: error as NodeJS.ErrnoException };
    }
  }

  private standing(): Promise<Link> {
    this.checking ??= this.check().finally(() => {
      this.checking = null;
    });
    return this.checking;
  }

  /** What an idle or silent connection is given may vanish without a trace, so it is asked first whether anybody is there. */
  private async check(): Promise<Link> {
    const { link } = this;
    if (link?.isOpen && (link.isFresh(pingAfterIdleMs) || (await link.isAlive(pongWithinMs)))) return link;
    this.link = await this.open();
    return this.link;
  }

  private async open(): Promise<Link> {
    const { assertPublicHost, lookup, answerWithinMs } = this.options;
    await assertPublicHost?.(new URL(this.origin).hostname);
    const session = connectHttp2(this.origin, { maxSessionMemory, ...(lookup ? { lookup } : {}) });
    const link = new Link(session, answerWithinMs);
    await settingsOf(session);
    return link;
  }
}

/** Resolves when the other side has said how many streams it takes. */
function settingsOf(session: ClientHttp2Session): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      clearTimeout(timer);
      session.destroy();
      reject(error);
    };
    const timer = setTimeout(() => fail(Object.assign(new Error('No answer'), { code: 'ETIMEDOUT' })), connectWithinMs);
    session.once('error', fail);
    session.once('close', () => fail(Object.assign(new Error('Closed at once'), { code: 'CONNECTION_ENDED' })));
    session.once('remoteSettings', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
