import { InvariantError, Kept } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { type Accounts, DeliveryService, type Sender } from '@modules/channels';
import { ConnectionsService, type ConnectionView } from '@modules/connections';
import type { FrozenSegment } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import { Versions } from '../authoring/versions';
import { type CompiledContent, compileContent } from '../domain/content/compile-content';
import { type LimitsInForce, LimitsReader } from '../limits/limits-in-force';
import { AudienceRepository } from '../persistence/ledger/audience.repository';
import { ExecutionRepository, type ExecutionRow } from '../persistence/ledger/execution.repository';

/** Everything that all chunks of an execution share. */
export interface ExecutionContext {
  execution: ExecutionRow;
  /** Null for a Direct campaign. */
  connection: ConnectionView | null;
  /** Compiled content by Optimove template id; null where we do not know the template. */
  contents: Map<string, CompiledContent | null>;
  /** Whom campaigns are narrowed to, by Optimove template id; templates without a segment are absent. */
  segments: Map<string, FrozenSegment>;
  /** What settles variants and control groups in the place of the template: the id of a Direct campaign. */
  choiceName?: string;
  senders: Accounts<Sender>;
  limits: LimitsInForce;
}

const keeping = { keepMs: 5_000, most: 500 };

/** Loads contexts and keeps them for a few seconds, so that a run of chunks shares one. */
@Injectable()
export class ExecutionContexts {
  private readonly kept = new Kept<ExecutionContext>(keeping, (executionId) => this.load(executionId));

  constructor(
    private readonly transactions: Transactions,
    private readonly executions: ExecutionRepository,
    private readonly audience: AudienceRepository,
    private readonly versions: Versions,
    private readonly connections: ConnectionsService,
    private readonly delivery: DeliveryService,
    private readonly limits: LimitsReader,
  ) {}

  /** The context of a running execution. @throws {InvariantError} when it does not exist. */
  get(executionId: string): Promise<ExecutionContext> {
    return this.kept.get(executionId);
  }

  /** The context as it is now, also for those who ask next. */
  reload(executionId: string): Promise<ExecutionContext> {
    this.kept.forget(executionId);
    return this.kept.get(executionId);
  }

  private async load(executionId: string): Promise<ExecutionContext> {
    const tx = this.transactions.pool;
    const execution = await this.executions.find(tx, executionId);
    if (!execution) throw new InvariantError(`Execution ${executionId} does not exist`);
    const { project_id: projectId, connection_id: connectionId } = execution;
    const connection = connectionId === null ? null : await this.connections.get(projectId, connectionId);
    const contents = new Map<string, CompiledContent | null>();
    const segments = new Map<string, FrozenSegment>();
    for (const [templateId, versionId] of await this.audience.templates(tx, executionId)) {
      const version = versionId ? await this.versions.get(tx, versionId) : null;
      contents.set(templateId, version && compileContent(version.content));
      if (version?.segment) segments.set(templateId, version.segment);
    }
    const limits = await this.limits.read({ projectId, isTriggered: execution.kind === 'TRIGGERED', contents });
    const choiceName = execution.kind === 'DIRECT' ? execution.optimove_campaign_id : undefined;
    const media = [...new Set([...contents.values()].flatMap((content) => content?.media ?? []))];
    const senders = neededOf(await this.delivery.sendersFor(projectId, media), contents);
    return { execution, connection, contents, segments, choiceName, senders, limits };
  }
}

/** Without the accounts of apps that no campaign of the execution is for: what becomes of them is not its concern. */
function neededOf(senders: Accounts<Sender>, contents: ExecutionContext['contents']): Accounts<Sender> {
  const sets = [...contents.values()].flatMap((content) => (content ? [content.targeting?.appIds ?? null] : []));
  return sets.includes(null) ? senders : senders.forApps(new Set(sets.flatMap((appIds) => appIds ?? [])));
}
