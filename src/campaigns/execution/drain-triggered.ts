import { InvariantError } from '@libs/foundation';
import { parseCallback } from '@libs/optimove-client';
import { Transactions, type Tx } from '@libs/platform';
import { ConnectionsService, type ConnectionView } from '@modules/connections';
import { MatchingService } from '@modules/matching';
import { Injectable } from '@nestjs/common';
import { TemplateDirectory } from '../authoring/template-directory';
import { Versions } from '../authoring/versions';
import { CampaignsConfig } from '../campaigns.config';
import { compileContent } from '../domain/content/compile-content';
import { fingerprintOf, type Trigger, valuesOf } from '../domain/execution/occurrence';
import { AudienceRepository } from '../persistence/ledger/audience.repository';
import type { ChunkKey } from '../persistence/ledger/chunk.repository';
import { ExecutionRepository, type ExecutionRow } from '../persistence/ledger/execution.repository';
import {
  type RepeatedRow,
  TriggeredRepository,
  type TriggeredRow,
  type WaitingTrigger,
} from '../persistence/ledger/triggered.repository';
import { TriggeredBudget } from './triggered-budget';

const atOnce = 100;
const longestRaw = 2_000;

interface Occurrence {
  trigger: Trigger;
  waiting: WaitingTrigger;
  fingerprint: Buffer;
}

/** What a drain works for; kept for a few seconds. */
interface Subject {
  execution: ExecutionRow;
  connection: ConnectionView;
  until: number;
}

interface Drained {
  /** The chunk that was made; null when all that waited were repeats. */
  chunkNo: number | null;
  /** Callbacks. */
  taken: number;
}

const keepMs = 5_000;

/** Gives waiting triggered callbacks their place in the day's audience, at most 100 at once, each batch a chunk. */
@Injectable()
export class DrainTriggered {
  private readonly kept = new Map<string, Subject>();

  constructor(
    private readonly transactions: Transactions,
    private readonly executions: ExecutionRepository,
    private readonly triggered: TriggeredRepository,
    private readonly audience: AudienceRepository,
    private readonly directory: TemplateDirectory,
    private readonly versions: Versions,
    private readonly connections: ConnectionsService,
    private readonly matching: MatchingService,
    private readonly budget: TriggeredBudget,
    private readonly config: CampaignsConfig,
  ) {}

  /** Works until nothing waits, the minute is used up, or another worker is at it. Each chunk is given to `send` once it is committed. */
  async run(executionId: string, send: (chunk: ChunkKey) => Promise<void>): Promise<'EMPTY' | 'BUSY'> {
    const { execution, connection } = await this.subjectOf(executionId);
    for (;;) {
      const room = await this.budget.take(connection.id, atOnce);
      if (room === 0) return 'EMPTY';
      const drained = await this.drain(execution, connection, room);
      const used = typeof drained === 'string' ? 0 : drained.taken;
      this.budget.giveBack(connection.id, room - used);
      if (drained === 'EMPTY' || drained === 'BUSY') return drained;
      if (drained.chunkNo !== null) await send({ executionId, chunkNo: drained.chunkNo });
    }
  }

  private async subjectOf(executionId: string): Promise<Subject> {
    const now = Date.now();
    for (const [id, { until }] of this.kept) if (until < now) this.kept.delete(id);
    const existing = this.kept.get(executionId);
    if (existing) return existing;
    const execution = await this.executions.find(this.transactions.pool, executionId);
    if (!execution) throw new InvariantError(`Execution ${executionId} does not exist`);
    await this.transactions.run((tx) => this.audience.preparePartitions(tx, execution.announced_at));
    const connection = await this.connections.get(execution.project_id, execution.connection_id);
    const subject = { execution, connection, until: now + keepMs };
    this.kept.set(executionId, subject);
    return subject;
  }

  private drain(
    execution: ExecutionRow,
    connection: ConnectionView,
    room: number,
  ): Promise<'EMPTY' | 'BUSY' | Drained> {
    return this.transactions.run(async (tx) => {
      const place = await this.triggered.lock(tx, execution.id);
      if (!place) return 'BUSY';
      const waiting = place.isRunning ? await this.triggered.takeWaiting(tx, execution.id, room) : [];
      if (waiting.length === 0) return 'EMPTY';
      const occurrences = waiting.flatMap(readOccurrence);
      const attributes = await this.knowTemplates(tx, { execution, connection, known: place.attributes }, occurrences);
      const added = await this.sort(tx, execution.id, attributes, occurrences);
      const chunkNo = place.lastChunk + 1;
      const at = { executionId: execution.id, projectId: execution.project_id, lastSeq: place.lastSeq, chunkNo };
      await this.triggered.add(tx, at, added);
      return { chunkNo: added.rows.length > 0 ? chunkNo : null, taken: waiting.length };
    });
  }

  /** Freezes the content of templates that are new to the execution; returns the names that values are kept for. */
  private async knowTemplates(
    tx: Tx,
    { execution, connection, known }: { execution: ExecutionRow; connection: ConnectionView; known: string[] },
    occurrences: Occurrence[],
  ): Promise<string[]> {
    const frozen = await this.audience.templates(tx, execution.id);
    const fresh = [...new Set(occurrences.map(({ trigger }) => trigger.templateId))].filter((id) => !frozen.has(id));
    if (fresh.length === 0) return known;
    const found = await this.directory.find(tx, {
      connectionId: execution.connection_id,
      optimoveChannelId: execution.optimove_channel_id,
      optimoveTemplateIds: fresh,
    });
    await this.audience.setTemplates(tx, execution.id, new Map(fresh.map((id) => [id, found.get(id) ?? null])));
    const names = new Set([...known, ...this.matching.requiredAttributes(connection)]);
    for (const versionId of found.values()) {
      const { content } = await this.versions.get(tx, versionId);
      for (const name of compileContent(content).optimoveAttributes) names.add(name);
    }
    await this.executions.setAttributes(tx, execution.id, [...names]);
    return [...names];
  }

  private async sort(
    tx: Tx,
    executionId: string,
    attributes: string[],
    occurrences: Occurrence[],
  ): Promise<{ rows: TriggeredRow[]; repeats: RepeatedRow[] }> {
    const fresh = await this.triggered.freshOf(
      tx,
      executionId,
      occurrences.map(({ fingerprint }) => fingerprint),
    );
    const counts = await this.triggered.recentCounts(
      tx,
      executionId,
      occurrences.map(({ trigger }) => trigger.customerId),
    );
    const rows: TriggeredRow[] = [];
    const repeats: RepeatedRow[] = [];
    for (const { trigger, waiting, fingerprint } of occurrences) {
      const { customerId, templateId } = trigger;
      if (!fresh.delete(fingerprint.toString('hex'))) {
        const raw = waiting.body.toString('utf8').replaceAll('\u0000', '').slice(0, longestRaw);
        repeats.push({ customerId, templateId, raw });
        continue;
      }
      const count = (counts.get(customerId) ?? 0) + 1;
      counts.set(customerId, count);
      const limit = this.config.TRIGGERED_PER_PERSON_PER_HOUR;
      const limitReason =
        count > limit ? `More than ${limit} triggered messages of this campaign within an hour` : null;
      rows.push({
        customerId,
        templateId,
        receivedAt: waiting.receivedAt,
        attributes: valuesOf(trigger, attributes),
        limitReason,
      });
    }
    return { rows, repeats };
  }
}

function readOccurrence(waiting: WaitingTrigger): Occurrence[] {
  const parsed = parseCallback(waiting);
  if (!parsed.ok || parsed.callback.customerId === null || parsed.callback.templateId === null) return [];
  const { customerId, templateId } = parsed.callback;
  const trigger: Trigger = { ...parsed.callback, customerId, templateId };
  return [{ trigger, waiting, fingerprint: fingerprintOf(trigger) }];
}
