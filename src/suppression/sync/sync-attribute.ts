import { randomUUID } from 'node:crypto';
import { InvariantError } from '@libs/foundation';
import { OptimoveUnauthorizedError } from '@libs/optimove-client';
import { isRetryable, Log, Transactions } from '@libs/platform';
import { ConnectionsService, type ConnectionView } from '@modules/connections';
import { AttributeDefinitions } from '@modules/profiles';
import { Tasks } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import {
  AttributeStoppedError,
  DayOverError,
  isDayMissed,
  RunTakenOverError,
  type SuppressionAttribute,
  type SyncRun,
} from '../domain/sync';
import { AttributeRepository } from '../persistence/attribute.repository';
import { RememberedValueRepository } from '../persistence/remembered-value.repository';
import { SyncRunRepository } from '../persistence/sync-run.repository';
import { assertDay } from './assert-day';
import { CheckDataDate } from './check-data-date';
import { reasonOf } from './failure-reason';
import type { GivenValue } from './value-chunk';
import { type LostValues, ValueWriter } from './value-writer';

interface Work {
  run: SyncRun;
  holder: string;
  attribute: SuppressionAttribute;
  connection: ConnectionView;
}

const beatMs = 15_000;
const mostAttempts = 8;
const firstWaitSeconds = 15;
const longestWaitSeconds = 900;

/** Applies the changes of one attribute and day: one worker at a time, streamed, and the same however often it begins anew. */
@Injectable()
export class SyncAttribute {
  constructor(
    private readonly transactions: Transactions,
    private readonly connections: ConnectionsService,
    private readonly definitions: AttributeDefinitions,
    private readonly tasks: Tasks,
    private readonly attributes: AttributeRepository,
    private readonly runs: SyncRunRepository,
    private readonly values: RememberedValueRepository,
    private readonly writer: ValueWriter,
    private readonly check: CheckDataDate,
    private readonly log: Log,
  ) {}

  /** Works a run unless another worker holds it or it is done. Faults end in the run, its task and the attribute. */
  async run(runId: string): Promise<void> {
    const holder = randomUUID();
    const pool = this.transactions.pool;
    const run = await this.runs.take(pool, runId, holder);
    if (!run) return;
    const beat = setInterval(() => {
      this.runs.hold(pool, run.id, holder).catch((error) => this.log.failure('suppression.beat-missed', error));
    }, beatMs);
    try {
      await this.sync(run, holder);
    } catch (error) {
      if (!(error instanceof RunTakenOverError)) await this.settle(run, holder, error);
    } finally {
      clearInterval(beat);
    }
  }

  private async sync(run: SyncRun, holder: string): Promise<void> {
    const work = await this.prepare(run, holder);
    const { attribute, connection } = work;
    const client = await this.connections.clientFor(connection.id);
    await assertDay(client, run);
    const pages = client.attributeChanges({
      attribute: attribute.name,
      userIdAttribute: connection.userIdAttribute,
    });
    const lost = await this.writer.write(
      { run, holder, attribute, mayBeOld: false },
      (async function* () {
        for await (const { changes, unreadable } of pages) {
          const isUserId = connection.userIdAttribute === null;
          yield {
            values: changes.map((change) => given(change, connection)),
            unreadable: unreadable.map(({ customerId, ...row }) => ({
              ...row,
              customerId: customerId?.trim() ?? null,
              userId: isUserId ? customerId : null,
            })),
          };
        }
      })(),
    );
    // Whatever was read while the day changed belongs to the new day, which is read next.
    await assertDay(client, run);
    await this.finish(work, lost);
  }

  private async prepare(run: SyncRun, holder: string): Promise<Work> {
    const { projectId } = run;
    const attribute = await this.attributes.find(this.transactions.pool, projectId, run.attributeId);
    assertNotStopped(attribute);
    const connection = await this.connections.get(projectId, run.connectionId);
    if (connection.isDisabled) throw new InvariantError('The connection is disabled; enable it, then Run now');
    await this.assertDefined(attribute);
    await this.tasks.restart(this.transactions.pool, run.taskId);
    return { run, holder, attribute, connection };
  }

  /** @throws {AttributeStoppedError} when the project's list has no such attribute any more. */
  private async assertDefined({ projectId, name, type }: SuppressionAttribute): Promise<void> {
    const definition = await this.definitions.ofName(this.transactions.pool, projectId, name);
    const again = 'remove it from the suppression sync, and choose it anew when the list is right';
    if (!definition) {
      throw new AttributeStoppedError(`The project has no attribute ${name} any more (deleted or renamed); ${again}`);
    }
    if (definition.target !== 'PROFILE') {
      throw new AttributeStoppedError(`The attribute ${name} is now one of devices; ${again}`);
    }
    if (definition.type !== type) {
      throw new AttributeStoppedError(`The attribute ${name} is now ${definition.type} and was ${type}; ${again}`);
    }
  }

  private finish({ run, holder, attribute, connection }: Work, lost: LostValues): Promise<void> {
    const { projectId, dataDate } = run;
    const hasGap = isDayMissed(attribute.dataDate, dataDate);
    return this.transactions.run(async (tx) => {
      await this.runs.hold(tx, run.id, holder);
      assertNotStopped(await this.attributes.lock(tx, projectId, attribute.id));
      await this.values.adopt(tx, { projectId, attributeId: attribute.id, name: attribute.name });
      const { timeZone } = connection;
      await this.attributes.noteChanges(tx, attribute, { dataDate, timeZone, hasGap, lost });
      const detail = finishedWith({ since: hasGap ? attribute.dataDate : null, dataDate, lost });
      const rejected = await this.writer.rejected(tx, run.id);
      const state = rejected > 0 || hasGap ? 'PARTLY_FAILED' : 'SUCCEEDED';
      await this.runs.finish(tx, run.id, { state, detail });
      await this.tasks.finish(tx, run.taskId, state, detail ?? undefined);
    });
  }

  /** A fault that may pass is waited for, and another token where it is refused; any other fails the sync loudly. */
  private async settle(run: SyncRun, holder: string, error: unknown): Promise<void> {
    this.log.failure('suppression.sync-failed', error, { runId: run.id, attempt: run.attempt });
    const detail = reasonOf(error);
    if (error instanceof OptimoveUnauthorizedError && error.status === 401) {
      return this.waitForToken(run, holder, detail);
    }
    const { attempt } = run;
    if (isRetryable(error) && attempt < mostAttempts) {
      const seconds = Math.min(firstWaitSeconds * 2 ** (attempt - 1), longestWaitSeconds);
      return this.runs.putOff(this.transactions.pool, run.id, holder, { seconds, detail, attempt });
    }
    await this.transactions.run(async (tx) => {
      await this.runs.hold(tx, run.id, holder);
      await this.runs.finish(tx, run.id, { state: 'FAILED', detail });
      await this.tasks.finish(tx, run.taskId, 'FAILED', detail);
      const attribute = { projectId: run.projectId, id: run.attributeId };
      if (error instanceof AttributeStoppedError) await this.attributes.setState(tx, attribute, 'STOPPED', detail);
      else await this.attributes.noteFailure(tx, attribute, { dataDate: run.dataDate, reason: detail });
      const connection = { id: run.connectionId, projectId: run.projectId };
      if (error instanceof DayOverError) await this.check.request(tx, connection);
    });
  }

  /** However long that takes, it costs no try; and until the day is read nobody relies on the attribute. */
  private async waitForToken(run: SyncRun, holder: string, detail: string): Promise<void> {
    const { id, projectId, attributeId, connectionId, dataDate, attempt } = run;
    const isRefused = (await this.connections.find(connectionId))?.status === 'AUTHENTICATION_FAILED';
    const seconds = isRefused ? longestWaitSeconds : firstWaitSeconds;
    await this.transactions.run(async (tx) => {
      await this.runs.hold(tx, id, holder);
      await this.attributes.noteFailure(tx, { projectId, id: attributeId }, { dataDate, reason: detail });
      await this.runs.putOff(tx, id, holder, { seconds, detail, attempt: attempt - 1 });
    });
  }
}

/** @throws {AttributeStoppedError} when it is, also by what happened while it was synced. */
function assertNotStopped(attribute: SuppressionAttribute | null): asserts attribute is SuppressionAttribute {
  if (!attribute) throw new AttributeStoppedError('The attribute is no longer a suppression attribute');
  if (attribute.state === 'STOPPED')
    throw new AttributeStoppedError(attribute.stateReason ?? 'The attribute is stopped');
}

/** Whom a change means: the value of the User ID attribute where the connection has one. */
function given(
  { customerId, userIdValue, value }: { customerId: string; userIdValue: string | null; value: string | null },
  { userIdAttribute }: ConnectionView,
): GivenValue {
  return userIdAttribute === null
    ? { customerId: null, userId: customerId, text: value }
    : { customerId: customerId.trim(), userId: userIdValue, text: value };
}

/** What somebody has to know of a sync that went through; null when there is nothing. */
function finishedWith({
  since,
  dataDate,
  lost,
}: {
  since: string | null;
  dataDate: string;
  lost: LostValues;
}): string | null {
  const notes: string[] = [];
  const remedy = 'Load a complete CSV; until then campaign lists refresh whom they name';
  if (since !== null) {
    notes.push(`Days between ${since} and ${dataDate} were missed: older values are stale. ${remedy}`);
  }
  if (lost.unnamed > 0) {
    notes.push(`${lost.unnamed} changes do not say whose they are: older values are stale. ${remedy}`);
  }
  if (lost.strangers > 0) {
    notes.push(
      `${lost.strangers} changes could not be put down to a user ID: who is not known by a value counts as not loaded`,
    );
  }
  return notes.length === 0 ? null : notes.join('. ');
}
