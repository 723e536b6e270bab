import { PlatformConfig, SecretBox, Transactions } from '@libs/platform';
import { ConnectionsService } from '@modules/connections';
import { type Actor, AuditTrail } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import type { DoubtRule, EngagementRoad, EngagementSetting } from '../domain/engagement';
import { EngagementBatchRepository } from '../persistence/engagement-batch.repository';
import { EngagementSettingRepository } from '../persistence/engagement-setting.repository';

/** What a person asks for; what is absent stays. */
export interface EngagementRequest {
  /** The version that was seen; 0 where nothing was set yet. */
  version: number;
  road?: EngagementRoad;
  onDoubt?: DoubtRule;
  everyMinutes?: number;
  eventsUrl?: string | null;
  /** Null takes it away. */
  eventsToken?: string | null;
}

/** Why nothing was changed. */
export type EngagementProblem = 'STALE' | 'EVENTS_URL' | 'EVENTS_TOKEN' | 'EVENTS_URL_MISSING';

/** Sets how a connection tells Optimove of engagement, and settles what was left open; each change audited. */
@Injectable()
export class ManageEngagement {
  constructor(
    private readonly transactions: Transactions,
    private readonly connections: ConnectionsService,
    private readonly settings: EngagementSettingRepository,
    private readonly batches: EngagementBatchRepository,
    private readonly secrets: SecretBox,
    private readonly audit: AuditTrail,
    private readonly config: PlatformConfig,
  ) {}

  save(actor: Actor, connectionId: string, request: EngagementRequest): Promise<EngagementProblem | null> {
    return this.transactions.run(async (tx) => {
      // A tenant of signed events is stored for the account that the connection has: that stays the same until it is.
      const connection = await this.connections.existing(actor.projectId, connectionId);
      if (!connection || !(await this.connections.holdMeaning(tx, connection))) return 'STALE';
      const before = await this.settings.of(tx, { projectId: actor.projectId, connectionId });
      const wanted = this.wanted(before, request);
      const problem = this.problemOf(wanted);
      if (problem) return problem;
      const after = await this.settings.save(tx, wanted);
      if (!after) return 'STALE';
      const subject = { type: 'connection', id: connectionId };
      const action = 'engagement-postback.changed';
      await this.audit.record(tx, actor, { action, subject, before: shown(before), after: shown(after) });
      return null;
    });
  }

  /** Posts refused and uncertain batches again, or accepts them as counted. @returns ids of those that waited for it. */
  settle(
    actor: Actor,
    connectionId: string,
    { ids, decision }: { ids: string[]; decision: 'POST_AGAIN' | 'ACCEPT' },
  ): Promise<string[]> {
    return this.transactions.run(async (tx) => {
      const owner = { projectId: actor.projectId, connectionId, ids };
      const settled = await this.batches.settle(tx, owner, decision);
      const action = decision === 'ACCEPT' ? 'engagement-batch.accepted' : 'engagement-batch.posted-again';
      for (const { id, state } of settled) {
        await this.audit.record(tx, actor, { action, subject: { type: 'engagement-batch', id }, before: { state } });
      }
      return settled.map(({ id }) => id);
    });
  }

  private wanted(before: EngagementSetting, request: EngagementRequest): EngagementSetting {
    const { eventsUrl, eventsToken, ...rest } = request;
    const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
    return {
      ...before,
      ...given,
      eventsUrl: eventsUrl === undefined ? before.eventsUrl : eventsUrl,
      eventsToken: eventsToken ? this.secrets.seal(eventsToken, before.connectionId) : tokenOf(before, eventsToken),
    };
  }

  private problemOf({ road, eventsUrl, eventsToken }: EngagementSetting): EngagementProblem | null {
    if (eventsUrl !== null && !isEventsUrl(eventsUrl, this.config.OUTBOUND_ALLOW_PRIVATE)) return 'EVENTS_URL';
    if (road !== 'EVENTS') return null;
    if (eventsUrl === null) return 'EVENTS_URL_MISSING';
    return eventsToken === null ? 'EVENTS_TOKEN' : null;
  }
}

function tokenOf({ eventsToken }: EngagementSetting, given: string | null | undefined): string | null {
  return given === null ? null : eventsToken;
}

function isEventsUrl(text: string, allowsHttp: boolean): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || url.username || url.password || url.search || url.hash) return false;
  return url.protocol === 'https:' || (allowsHttp && url.protocol === 'http:');
}

function shown({ road, onDoubt, everyMinutes, eventsUrl, eventsToken }: EngagementSetting): object {
  return { road, onDoubt, everyMinutes, eventsUrl, hasEventsToken: eventsToken !== null };
}
