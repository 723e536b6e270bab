import { InvariantError, Kept } from '@libs/foundation';
import { Transactions, type Tx } from '@libs/platform';
import { ConnectionsService, type ConnectionView } from '@modules/connections';
import { MatchingService } from '@modules/matching';
import { Injectable } from '@nestjs/common';
import { TemplateDirectory } from '../authoring/template-directory';
import { Versions } from '../authoring/versions';
import { compileContent } from '../domain/content/compile-content';
import { AudienceRepository } from '../persistence/ledger/audience.repository';
import { ExecutionRepository, type OptimoveExecutionRow } from '../persistence/ledger/execution.repository';
import { type Siblings, TriggeredRepository } from '../persistence/ledger/triggered.repository';

/** What a drain works for. */
export interface TriggeredSubject {
  execution: OptimoveExecutionRow;
  connection: ConnectionView;
  /** Templates whose content is frozen. */
  templates: ReadonlySet<string>;
  /** Names of the values that are kept of each customer; new ones are added at the end. */
  attributes: string[];
  siblings: Siblings;
}

const keeping = { keepMs: 5_000, most: 1_000 };

/** Knows for a few seconds what triggered executions are about, and freezes the content of templates new to them. */
@Injectable()
export class TriggeredSubjects {
  private readonly kept = new Kept<TriggeredSubject>(keeping, (executionId) => this.load(executionId));

  constructor(
    private readonly transactions: Transactions,
    private readonly executions: ExecutionRepository,
    private readonly triggered: TriggeredRepository,
    private readonly audience: AudienceRepository,
    private readonly directory: TemplateDirectory,
    private readonly versions: Versions,
    private readonly connections: ConnectionsService,
    private readonly matching: MatchingService,
  ) {}

  /** @throws {InvariantError} when the execution does not exist. */
  get(executionId: string): Promise<TriggeredSubject> {
    return this.kept.get(executionId);
  }

  /** The same subject, with the content of these templates frozen, and with the attributes by which customers are told now. */
  async withTemplates(subject: TriggeredSubject, templateIds: string[]): Promise<TriggeredSubject> {
    const areKeysKnown = this.keysOf(subject).every((name) => subject.attributes.includes(name));
    if (areKeysKnown && templateIds.every((id) => subject.templates.has(id))) return subject;
    const full = await this.transactions.run((tx) => this.freeze(tx, subject, new Set(templateIds)));
    this.kept.forget(full.execution.id);
    return full;
  }

  private async load(executionId: string): Promise<TriggeredSubject> {
    const { pool } = this.transactions;
    // Before the execution: whoever knows a template must know the names of its values.
    const frozen = await this.audience.templates(pool, executionId);
    const execution = await this.executions.find(pool, executionId);
    if (execution?.kind !== 'TRIGGERED') throw new InvariantError(`Triggered execution ${executionId} does not exist`);
    const connection = await this.connections.get(execution.project_id, execution.connection_id);
    const { attributes } = execution;
    const siblings = await this.triggered.siblings(pool, executionId);
    await this.transactions.run((tx) => this.audience.preparePartitions(tx, siblings.open));
    return { execution, connection, templates: new Set(frozen.keys()), attributes, siblings };
  }

  /** The execution is locked: two workers that meet a template at once must agree on the order of the names. */
  private async freeze(tx: Tx, subject: TriggeredSubject, templateIds: Set<string>): Promise<TriggeredSubject> {
    const { execution, connection } = subject;
    const known = await this.triggered.lockAttributes(tx, execution.id);
    const frozen = await this.audience.templates(tx, execution.id);
    const fresh = [...templateIds].filter((id) => !frozen.has(id));
    const templates = new Set([...frozen.keys(), ...fresh]);
    const found = await this.directory.find(tx, {
      connectionId: connection.id,
      optimoveChannelId: execution.optimove_channel_id,
      optimoveTemplateIds: fresh,
    });
    await this.audience.setTemplates(tx, execution.id, new Map(fresh.map((id) => [id, found.get(id) ?? null])));
    const names = new Set([...known, ...this.keysOf(subject)]);
    for (const versionId of found.values()) {
      const { content } = await this.versions.get(tx, versionId);
      for (const name of compileContent(content).optimoveAttributes) names.add(name);
    }
    const attributes = [...names];
    await this.executions.setAttributes(tx, execution.id, attributes);
    return { ...subject, templates, attributes };
  }

  private keysOf({ connection }: TriggeredSubject): string[] {
    return this.matching.requiredAttributes(connection);
  }
}
