import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

/** What a far end can be told to do instead of accepting. */
export const faultKinds = ['none', '5xx', '429', 'hang', 'close'] as const;

/** `5xx` refuses as broken, `429` refuses as busy, `hang` never answers, `close` drops the connection unanswered. */
export type FaultKind = (typeof faultKinds)[number];

/** What an HTTP/2 far end can be told besides: `refuse` the stream, or say `goaway` before it. */
export const http2FaultKinds = [...faultKinds, 'refuse', 'goaway'] as const;

/** One of {@link http2FaultKinds}. */
export type Http2FaultKind = (typeof http2FaultKinds)[number];

/** Decides for each message at one far end whether it fails, and how late the answer comes. */
export class FaultSwitch<Kind extends Http2FaultKind = FaultKind> {
  private kind: Kind | 'none' = 'none';
  private left = 0;
  private delayMs = 0;

  constructor(
    readonly kinds: readonly Kind[],
    private readonly closing: AbortSignal,
  ) {
    // Every waiting message listens; hundreds may wait at once.
    setMaxListeners(0, closing);
  }

  /** Arms the fault for the next `times` messages, or for all of them until changed. False when there is no such fault here. */
  arm(name: string, times = Number.POSITIVE_INFINITY): boolean {
    const kind = this.kinds.find((each) => each === name);
    if (!kind) return false;
    this.kind = kind;
    this.left = times;
    return true;
  }

  /** Answers come this many milliseconds late from now on. */
  delay(ms: number): void {
    this.delayMs = ms;
  }

  state(): { kind: Kind | 'none'; times: number | null; delayMs: number } {
    const kind = this.left > 0 ? this.kind : 'none';
    const bounded = kind !== 'none' && Number.isFinite(this.left);
    return { kind, times: bounded ? this.left : null, delayMs: this.delayMs };
  }

  /** What to do with this message. Waits for the delay; a hang lasts until the far end closes, then drops. */
  async next(): Promise<Exclude<Kind, 'hang'> | 'close' | 'none'> {
    const kind = this.take();
    if (kind === 'hang') return this.hang();
    if (this.delayMs > 0) await this.wait(this.delayMs);
    return kind as Exclude<Kind, 'hang'> | 'none';
  }

  private take(): Kind | 'none' {
    if (this.kind === 'none' || this.left <= 0) return 'none';
    this.left -= 1;
    return this.kind;
  }

  private async hang(): Promise<'close'> {
    if (!this.closing.aborted) {
      await new Promise((resolve) => this.closing.addEventListener('abort', resolve, { once: true }));
    }
    return 'close';
  }

  private async wait(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.closing }).catch(() => undefined);
  }
}
