import { Transactions, type Tx } from '@libs/platform';
import type { ConnectionView } from '@modules/connections';
import { MatchingService, type MatchKeys } from '@modules/matching';
import { Injectable } from '@nestjs/common';
import { TemplateDirectory } from '../authoring/template-directory';
import { Versions } from '../authoring/versions';
import { compileContent } from '../domain/content/compile-content';
import { keysOf, matchedByOf } from '../domain/execution/matched-by';
import { namesHeard } from '../domain/execution/names-heard';
import { AudienceRepository } from '../persistence/ledger/audience.repository';
import { ExecutionRepository, type OptimoveExecutionRow } from '../persistence/ledger/execution.repository';
import type { RecipientSource } from './recipient-sources/recipient-source';

interface Subject {
  execution: OptimoveExecutionRow;
  connection: ConnectionView;
}

/** What a list is asked for. */
export interface Columns {
  /** The attributes, in the order in which their values are kept. */
  names: string[];
  /** Those of them by which its customers are told. */
  keys: MatchKeys;
}

/** Freezes the content of the templates of an execution, and settles which attributes are asked for. */
@Injectable()
export class SettleColumns {
  constructor(
    private readonly transactions: Transactions,
    private readonly directory: TemplateDirectory,
    private readonly versions: Versions,
    private readonly matching: MatchingService,
    private readonly audience: AudienceRepository,
    private readonly executions: ExecutionRepository,
  ) {}

  /**
   * By which attributes customers are told, and whom their ids mean, stays as it is from the first page of the first list on:
   * with others, what was read would mean nobody, or somebody else. Templates that are new begin the reading anew.
   */
  async run(execution: OptimoveExecutionRow, connection: ConnectionView, source: RecipientSource): Promise<Columns> {
    const named = await source.templateIds();
    return this.transactions.run(async (tx) => {
      await this.audience.preparePartitions(tx, [execution.id]);
      // What readings that failed have left counts for nothing: what was mended since is what goes out.
      const isAnew = execution.frozen_at === null && execution.reading > 1 && !(await this.isUnderWay(tx, execution));
      const hasNew = await this.freezeContent(tx, { execution, connection, named, isAnew });
      if (hasNew) await source.forget(tx);
      // The pages of one reading are kept with the same columns; those of a later one may have more.
      const { attributes: earlier } = execution;
      const isUnderWay = await this.isUnderWay(tx, execution);
      const isSettled = execution.frozen_at !== null || isUnderWay;
      const keys = keysOf(connection, isSettled ? execution.matched_by : null);
      if (earlier.length > 0 && isUnderWay) return { names: earlier, keys };
      const needed = await this.needed(tx, { execution, keys, earlier: isAnew ? [] : earlier });
      const names = [...needed, ...(await source.furtherAttributes(tx, needed))];
      await this.executions.setAttributes(tx, execution.id, names);
      const namesSince = isSettled ? execution.names_since : namesHeard(connection, execution.announced_at);
      await this.executions.setMatchedBy(tx, execution.id, matchedByOf(keys), namesSince);
      return { names, keys };
    });
  }

  /** The version of each of these templates that is ours. */
  find(tx: Tx, { execution, connection }: Subject, optimoveTemplateIds: string[]): Promise<Map<string, string>> {
    const { optimove_channel_id: optimoveChannelId } = execution;
    return this.directory.find(tx, { connectionId: connection.id, optimoveChannelId, optimoveTemplateIds });
  }

  private async isUnderWay(tx: Tx, execution: OptimoveExecutionRow): Promise<boolean> {
    return (await this.audience.nextSkip(tx, execution)) > 0;
  }

  /** Whether a template is among them whose content was not frozen before. */
  private async freezeContent(
    tx: Tx,
    { execution, connection, named, isAnew }: Subject & { named: string[]; isAnew: boolean },
  ): Promise<boolean> {
    const known = await this.audience.templates(tx, execution.id);
    const templateIds = [...new Set([...named, ...known.keys()])];
    const found = await this.find(tx, { execution, connection }, templateIds);
    const versions = new Map(templateIds.map((id) => [id, found.get(id) ?? null]));
    if (isAnew) await this.audience.renewTemplates(tx, execution.id, versions);
    await this.audience.setTemplates(tx, execution.id, versions);
    return [...found.keys()].some((id) => !known.get(id));
  }

  private async needed(
    tx: Tx,
    { execution, keys, earlier }: { execution: OptimoveExecutionRow; keys: MatchKeys; earlier: string[] },
  ): Promise<string[]> {
    const names = new Set([...earlier, ...this.matching.requiredAttributes(keys)]);
    for (const versionId of (await this.audience.templates(tx, execution.id)).values()) {
      if (versionId === null) continue;
      const { content } = await this.versions.get(tx, versionId);
      for (const name of compileContent(content).optimoveAttributes) names.add(name);
    }
    return [...names];
  }
}
