import { type ClientHttp2Session, type ClientHttp2Stream, constants, type OutgoingHttpHeaders } from 'node:http2';
import type { HandOver } from '../../contract';
import type { Posted } from '../post';

/** A request that is ready to be written. */
export interface ApnsRequest {
  headers: OutgoingHttpHeaders;
  body: Buffer;
}

const longestAnswer = 65_536;
const noAnswerInTime = 'NO_ANSWER_IN_TIME';

/**
 * One HTTP/2 connection. It opens no more streams at a time than the other side allows. It is Node's own, as the failures of
 * the kept libraries do not tell what was looked at: apns2 lets requests be repeated by themselves after a cut, and node-apn
 * makes one error of refusals, goodbyes and cuts.
 */
export class Link {
  private inFlight = 0;
  private readonly urgent: (() => void)[] = [];
  private readonly others: (() => void)[] = [];
  private lastTaken = Number.POSITIVE_INFINITY;
  private usedAt = performance.now();
  private isSuspect = false;

  constructor(
    private readonly session: ClientHttp2Session,
    private readonly answerWithinMs: number,
  ) {
    // What a failure means is told stream by stream.
    session.on('error', () => undefined);
    session.on('goaway', (_code, lastStreamId) => {
      this.lastTaken = Math.min(this.lastTaken, lastStreamId);
    });
    session.on('remoteSettings', () => this.next());
    session.once('close', () => this.next());
  }

  /** Whether new requests may be written. */
  get isOpen(): boolean {
    return !this.session.closed && !this.session.destroyed;
  }

  /** Whether the other side is likely to be there: nothing went unanswered, and something was answered within so long. */
  isFresh(withinMs: number): boolean {
    return !this.isSuspect && (this.inFlight > 0 || performance.now() - this.usedAt < withinMs);
  }

  /** Writes a request when there is room for it, and waits for the answer. Null when the connection ended or fell silent first. */
  async post(request: ApnsRequest, handOver: HandOver): Promise<Posted | null> {
    while (this.isTrusted && this.inFlight >= this.mostStreams()) {
      await new Promise<void>((resolve) => (handOver.isUrgent ? this.urgent : this.others).push(resolve));
    }
    if (!this.isTrusted) return null;
    if (!handOver.mayWrite()) return this.giveWay({ kind: 'LATE' });
    this.inFlight += 1;
    const posted = await this.exchange(request);
    this.inFlight -= 1;
    if (posted.kind === 'NO_ANSWER' && posted.error.code === noAnswerInTime) this.isSuspect = true;
    else this.heard();
    this.next();
    return posted;
  }

  /** Whether the other side still answers; ends the connection when it does not. */
  async isAlive(withinMs: number): Promise<boolean> {
    const answered = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), withinMs);
      const settle = (error: Error | null): void => {
        clearTimeout(timer);
        resolve(error === null);
      };
      if (!this.isOpen || !this.session.ping(settle)) settle(new Error('The connection has ended'));
    });
    if (answered) this.heard();
    else this.session.destroy();
    return answered;
  }

  /** Ends the connection at once: one that is closed in order waits for the other side, which may be gone. */
  end(): void {
    this.session.destroy();
  }

  private get isTrusted(): boolean {
    return this.isOpen && !this.isSuspect;
  }

  private heard(): void {
    this.usedAt = performance.now();
    this.isSuspect = false;
  }

  private mostStreams(): number {
    return this.session.remoteSettings.maxConcurrentStreams ?? Number.POSITIVE_INFINITY;
  }

  /** Lets those go on for whom there is room now, the urgent first; all of them once they have to look for another connection. */
  private next(): void {
    const room = this.isTrusted ? Math.max(0, this.mostStreams() - this.inFlight) : Number.POSITIVE_INFINITY;
    const first = this.urgent.splice(0, room);
    for (const resolve of [...first, ...this.others.splice(0, room - first.length)]) resolve();
  }

  private giveWay(posted: Posted): Posted {
    this.next();
    return posted;
  }

  private exchange({ headers, body }: ApnsRequest): Promise<Posted> {
    return new Promise((resolve) => {
      const stream = this.session.request(headers);
      const answer = listenTo(stream);
      let failure: NodeJS.ErrnoException | undefined;
      const settle = (): void => {
        clearTimeout(timer);
        if (answer.status > 0) resolve({ kind: 'ANSWERED', location: null, ...answer, text: answer.text() });
        else resolve(this.unanswered(stream, failure));
      };
      // Where the socket takes nothing more, a stream that is closed does not say so.
      const timer = setTimeout(() => {
        failure = failureOf(noAnswerInTime);
        stream.close(constants.NGHTTP2_CANCEL);
        settle();
      }, this.answerWithinMs);
      stream.on('error', (error) => {
        failure ??= error;
      });
      stream.once('close', settle);
      stream.end(body);
    });
  }

  /** A stream that was refused, or that a GOAWAY leaves out, was not looked at (RFC 9113 §6.8, §8.7). Of all others nobody knows. */
  private unanswered({ id, rstCode }: ClientHttp2Stream, failure: NodeJS.ErrnoException | undefined): Posted {
    if (rstCode === constants.NGHTTP2_REFUSED_STREAM)
      return { kind: 'NOT_WRITTEN', error: failureOf('REFUSED_STREAM') };
    if (id === undefined || id > this.lastTaken) return { kind: 'NOT_WRITTEN', error: failureOf('GOAWAY') };
    return { kind: 'NO_ANSWER', error: failure ?? failureOf('CONNECTION_CUT') };
  }
}

function listenTo(stream: ClientHttp2Stream): { status: number; retryAfter: string | null; text: () => string } {
  const chunks: Buffer[] = [];
  let size = 0;
  const answer = { status: 0, retryAfter: null as string | null, text: () => Buffer.concat(chunks).toString() };
  stream.on('response', (headers) => {
    answer.status = headers[':status'] ?? 0;
    answer.retryAfter = headers['retry-after'] ?? null;
  });
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= longestAnswer) chunks.push(chunk);
  });
  return answer;
}

function failureOf(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}
