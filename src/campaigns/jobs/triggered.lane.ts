import { setTimeout as pause } from 'node:timers/promises';
import { Log, Notifications } from '@libs/platform';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DrainTriggered, type FreshChunk } from '../execution/drain-triggered';
import { SendChunk } from '../execution/send-chunk';
import { triggeredChannel } from '../execution/trigger-intake';

/** Chunks are small where few callbacks come, and each waits for its provider: so many, that a slow one keeps nobody waiting. */
const mostSending = 16;
const busyWaitMs = 15;

/**
 * The short way from a committed callback to its message: woken by the commit itself, it gives waiting callbacks their
 * place and sends them at once, without a queue in between. Whatever this misses, the sweep finds and queues.
 */
@Injectable()
export class TriggeredLane implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly wanted = new Set<string>();
  private readonly draining = new Map<string, Promise<void>>();
  private readonly sending = new Set<Promise<void>>();
  private isStopped = false;

  constructor(
    private readonly notifications: Notifications,
    private readonly drainTriggered: DrainTriggered,
    private readonly sendChunk: SendChunk,
    private readonly log: Log,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.notifications.listen(triggeredChannel, (executionId) => this.wake(executionId));
  }

  /** Takes no more work and waits for what is under way. */
  async onApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    await Promise.all([...this.draining.values(), ...this.sending]);
  }

  private wake(executionId: string): void {
    if (this.isStopped) return;
    this.wanted.add(executionId);
    if (this.draining.has(executionId)) return;
    const work = this.drain(executionId)
      .catch((error) => this.log.failure('triggered.drain-failed', error, { executionId }))
      .finally(() => this.draining.delete(executionId));
    this.draining.set(executionId, work);
  }

  private async drain(executionId: string): Promise<void> {
    while (this.wanted.delete(executionId) && !this.isStopped) {
      const end = await this.drainTriggered.run(executionId, {
        holder: this.sendChunk.holder,
        send: (fresh) => this.send(fresh),
      });
      // Another worker is at it and may have looked before the last callback was committed.
      if (end === 'BUSY') await this.soon(executionId);
    }
  }

  private async soon(executionId: string): Promise<void> {
    await pause(busyWaitMs);
    this.wanted.add(executionId);
  }

  /** Resolves when there is room for the next one. */
  private async send(fresh: FreshChunk): Promise<void> {
    const { executionId, chunkNo } = fresh.chunk;
    const work = this.sendChunk
      .sendFresh(fresh)
      .catch((error) => this.log.failure('triggered.send-failed', error, { executionId, chunkNo }))
      .finally(() => this.sending.delete(work));
    this.sending.add(work);
    if (this.sending.size >= mostSending) await Promise.race(this.sending);
  }
}
