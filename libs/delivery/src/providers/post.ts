import type { Dispatcher } from 'undici';
import type { HandOver } from '../contract';

/** What became of a request. Only `NOT_WRITTEN` and `LATE` are proof that the other side saw nothing of it. */
export type Posted =
  | { kind: 'ANSWERED'; status: number; retryAfter: string | null; location: string | null; text: string }
  | { kind: 'NOT_WRITTEN' | 'NO_ANSWER'; error: NodeJS.ErrnoException }
  | { kind: 'LATE' };

const longestAnswer = 65_536;

/** Makes one request. Unlike `Dispatcher.request` it tells whether a request that failed had been written. Never rejects. */
export function post(
  dispatcher: Dispatcher,
  handOver: HandOver,
  options: Omit<Dispatcher.DispatchOptions, 'method'>,
): Promise<Posted> {
  return new Promise((resolve) => {
    const exchange = new Exchange(resolve, handOver);
    try {
      dispatcher.dispatch({ ...options, method: 'POST' }, exchange);
    } catch (error) {
      exchange.onResponseError(null, error as Error);
    }
  });
}

class Exchange implements Dispatcher.DispatchHandler {
  private isWritten = false;
  private isLate = false;
  private status = 0;
  private retryAfter: string | null = null;
  private location: string | null = null;
  private readonly chunks: Buffer[] = [];
  private size = 0;

  constructor(
    private readonly resolve: (posted: Posted) => void,
    private readonly handOver: HandOver,
  ) {}

  /** Called when a connection stands and the request is about to be written to it. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.isLate = !this.handOver.mayWrite();
    if (this.isLate) controller.abort(new Error('Too late to be written'));
    else this.isWritten = true;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    this.status = status;
    this.retryAfter = single(headers['retry-after']);
    this.location = single(headers.location);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.size += chunk.length;
    if (this.size <= longestAnswer) this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    const { status, retryAfter, location } = this;
    this.resolve({ kind: 'ANSWERED', status, retryAfter, location, text: Buffer.concat(this.chunks).toString() });
  }

  /** The status alone says what was decided: a body that breaks off takes nothing back. */
  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.isLate) this.resolve({ kind: 'LATE' });
    else if (this.status >= 200) this.onResponseEnd();
    else this.resolve({ kind: this.isWritten ? 'NO_ANSWER' : 'NOT_WRITTEN', error });
  }
}

function single(header: string | string[] | undefined): string | null {
  return typeof header === 'string' ? header : null;
}
