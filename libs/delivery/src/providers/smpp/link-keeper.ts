import { toError } from '@libs/foundation';
import type { SmppLink } from './smpp-link';

const firstPauseMs = 500;
const longestPauseMs = 30_000;

/** Keeps one bound connection: opens it once for all who ask, and again after it was lost. */
export class LinkKeeper {
  private link: SmppLink | null = null;
  private opening: Promise<SmppLink> | null = null;
  private failures = 0;
  private closedUntil = 0;
  private lastError: Error | null = null;
  private timer: NodeJS.Timeout | null = null;
  private isClosing = false;

  constructor(
    private readonly open: () => Promise<SmppLink>,
    /** Whether to come back by itself, because the provider has something to tell. */
    private readonly listens: boolean,
  ) {
    if (listens) this.openSoon(0);
  }

  /** The bound connection. Fails at once while the pause after a failure lasts. @throws {LinkUnavailableError} */
  async get(): Promise<SmppLink> {
    if (this.link?.isUsable) return this.link;
    if (this.opening) return this.opening;
    if (this.lastError && Date.now() < this.closedUntil) throw this.lastError;
    this.opening = this.tryToOpen().finally(() => {
      this.opening = null;
    });
    return this.opening;
  }

  /** To be called when the connection is lost. */
  onLost(): void {
    if (this.listens) this.openSoon(firstPauseMs);
  }

  /** Closes the connection and opens none by itself any more. */
  async close(): Promise<void> {
    this.isClosing = true;
    if (this.timer) clearTimeout(this.timer);
    const link = this.opening ? await this.opening.catch(() => null) : this.link;
    await link?.close();
  }

  private async tryToOpen(): Promise<SmppLink> {
    try {
      this.link = await this.open();
      this.failures = 0;
      this.lastError = null;
      return this.link;
    } catch (error) {
      const pauseMs = Math.min(firstPauseMs * 2 ** this.failures, longestPauseMs);
      this.failures += 1;
      this.lastError = toError(error);
      this.closedUntil = Date.now() + pauseMs;
      if (this.listens) this.openSoon(pauseMs);
      throw error;
    }
  }

  private openSoon(afterMs: number): void {
    if (this.isClosing || this.timer) return;
    this.timer = setTimeout(
      () => {
        this.timer = null;
        this.get().catch(() => this.openSoon(firstPauseMs));
      },
      Math.max(afterMs, this.closedUntil - Date.now()),
    );
  }
}
