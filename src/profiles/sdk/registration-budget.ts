import { Log, Metrics } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { clientNetwork, type LimitedApp, RegistrationLimitError } from '../domain/registration-limit';
import { RegistrationRoomRepository } from '../persistence/registration-room.repository';

/** Booked ahead at once, so that most newcomers cost no booking. */
const largestBlock = 100;
const shareOfBlock = 1_000;
const shortestWait = 5;
/** For how long a refusal is remembered without asking the database again. */
const rememberedMs = 1_000;
const mostRemembered = 10_000;

/**
 * How many newcomers an app takes: an SDK key is public, so anybody may call with it. What counts is an attempt, stored
 * or not. A process may use the block that it has booked, so that up to a block for each process goes beyond the limit.
 */
@Injectable()
export class RegistrationBudget {
  private readonly blocks = new Map<string, number>();
  private readonly refusedUntil = new Map<string, number>();

  private readonly count: (labels: { outcome: string }) => void;

  constructor(
    private readonly room: RegistrationRoomRepository,
    private readonly log: Log,
    metrics: Metrics,
  ) {
    const help = 'New installations and user IDs that the SDK API was asked to take: taken, or refused by which limit';
    this.count = metrics.counter('sdk_registrations_total', help, ['outcome']);
  }

  /**
   * Takes room for one newcomer.
   * @param address where the call came from; null when that is not known for sure.
   * @throws {RegistrationLimitError} when there is none.
   */
  async spend(app: LimitedApp, address: string | null): Promise<void> {
    if (address !== null) await this.ofAddress(app, clientNetwork(address));
    await this.ofApp(app);
    this.count({ outcome: 'taken' });
  }

  private async ofAddress(app: LimitedApp, address: string): Promise<void> {
    const perHour = app.registrationsPerAddress;
    const { id: appId, projectId } = app;
    await this.unlessRefused(app, { limit: 'address', key: `${appId} ${address}`, perHour }, () =>
      this.room.take({ projectId, appId, address }, { count: 1, perHour }),
    );
  }

  private async ofApp(app: LimitedApp): Promise<void> {
    const { id: appId, projectId, registrationsPerHour: perHour } = app;
    const booked = this.blocks.get(appId) ?? 0;
    if (booked > 0) {
      this.blocks.set(appId, booked - 1);
      return;
    }
    const take = (count: number): Promise<boolean> =>
      this.room.take({ projectId, appId, address: '' }, { count, perHour });
    const block = Math.min(largestBlock, Math.ceil(perHour / shareOfBlock));
    await this.unlessRefused(app, { limit: 'app', key: appId, perHour }, async () => {
      if (!(await take(block))) return block > 1 && take(1);
      this.blocks.set(appId, (this.blocks.get(appId) ?? 0) + block - 1);
      return true;
    });
  }

  private async unlessRefused(
    { id: appId }: LimitedApp,
    { limit, key, perHour }: { limit: 'app' | 'address'; key: string; perHour: number },
    take: () => Promise<boolean>,
  ): Promise<void> {
    const isRemembered = (this.refusedUntil.get(key) ?? 0) > performance.now();
    if (!isRemembered && (await take())) return;
    this.count({ outcome: `refused_${limit}` });
    if (!isRemembered) this.remember(key, { limit, appId });
    throw new RegistrationLimitError(limit, Math.max(shortestWait, Math.ceil(3_600 / perHour)));
  }

  private remember(key: string, { limit, appId }: { limit: string; appId: string }): void {
    if (this.refusedUntil.size >= mostRemembered) this.refusedUntil.clear();
    this.refusedUntil.set(key, performance.now() + rememberedMs);
    this.log.event('sdk.registration-refused', { appId, limit }, 'warn');
  }
}
