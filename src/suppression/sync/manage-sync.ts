import { AppError, isUuid } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { ConnectionNotFoundError, ConnectionsService, type ConnectionView } from '@modules/connections';
import { AttributeDefinitions } from '@modules/profiles';
import { type Actor, AuditTrail } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { refuse, type SuppressionProblem } from '../domain/problem';
import type { SuppressionAttribute } from '../domain/sync';
import { AttributeRepository } from '../persistence/attribute.repository';
import { ExclusionRuleRepository } from '../persistence/exclusion-rule.repository';
import { FeedRepository } from '../persistence/feed.repository';
import { CheckDataDate } from './check-data-date';
import { SyncAtOnce } from './sync-at-once';

/** What became of choosing an attribute. */
export interface ChoiceOutcome {
  attribute: SuppressionAttribute | null;
  problems: SuppressionProblem[];
}

/** Chooses which attributes are kept in step with Optimove, and starts syncs by hand. */
@Injectable()
export class ManageSync {
  constructor(
    private readonly transactions: Transactions,
    private readonly audit: AuditTrail,
    private readonly connections: ConnectionsService,
    private readonly definitions: AttributeDefinitions,
    private readonly attributes: AttributeRepository,
    private readonly rules: ExclusionRuleRepository,
    private readonly feeds: FeedRepository,
    private readonly check: CheckDataDate,
    private readonly atOnce: SyncAtOnce,
  ) {}

  /** Chooses an attribute of the project's own list; where the key allows, Optimove is asked whether it has it. */
  async choose(actor: Actor, given: { connectionId: string; definitionId: string }): Promise<ChoiceOutcome> {
    const connection = await this.connectionOf(actor.projectId, given.connectionId);
    if (!connection) return failed('NOT_FOUND', 'connectionId', 'This project has no such connection');
    const definition = await this.definitions.ofId(actor.projectId, given.definitionId);
    if (!definition) {
      return failed('NOT_FOUND', 'attributeDefinitionId', 'This project has no such attribute; create it first');
    }
    const { name, type, target } = definition;
    if (target !== 'PROFILE') {
      return failed('INVALID', 'attributeDefinitionId', `${name} is an attribute of devices; choose one of profiles`);
    }
    if (/[;,]/.test(name)) {
      return failed('INVALID', 'attributeDefinitionId', `Optimove cannot be asked for ${name}: it holds ; or ,`);
    }
    const names = await this.namesAtOptimove(connection);
    if (names && !names.includes(name)) {
      return failed('INVALID', 'attributeDefinitionId', `Optimove has no attribute ${name}; names must be the same`);
    }
    return this.add(actor, connection, { name, type });
  }

  /** Takes an attribute out of the sync and forgets its values. Refused while a rule rests on it. */
  remove(actor: Actor, id: string): Promise<SuppressionProblem[]> {
    return this.transactions.run(async (tx) => {
      const attribute = isUuid(id) ? await this.attributes.find(tx, actor.projectId, id) : null;
      if (!attribute) return [refuse('NOT_FOUND', 'id', 'This project has no such suppression attribute')];
      if (await this.rules.ofAttribute(tx, actor.projectId, id)) {
        return [refuse('IN_USE', 'id', 'An exclusion rule rests on this attribute; remove the rule first')];
      }
      await this.attributes.remove(tx, actor.projectId, id);
      const { name, connectionId } = attribute;
      const subject = { type: 'suppression-attribute', id };
      await this.audit.record(tx, actor, {
        action: 'suppression-attribute.removed',
        subject,
        before: { name, connectionId },
      });
      return [];
    });
  }

  /** Syncs what is due or waits, and tries again what failed for the data date of now or was stopped. @returns the data date. */
  async runNow(
    actor: Actor,
    connectionId: string,
  ): Promise<{ dataDate: string | null; problems: SuppressionProblem[] }> {
    const connection = await this.connectionOf(actor.projectId, connectionId);
    if (!connection) {
      const problem = refuse('NOT_FOUND', 'connectionId', 'This project has no such connection');
      return { dataDate: null, problems: [problem] };
    }
    try {
      const stopped = await this.attributes.retryStopped(this.transactions.pool, connection.projectId, connection.id);
      return { dataDate: await this.atOnce.run(connection, actor.label, stopped), problems: [] };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { dataDate: null, problems: [refuse('OPTIMOVE_REFUSED', 'connectionId', error.message)] };
    }
  }

  private async connectionOf(projectId: string, id: string): Promise<ConnectionView | null> {
    try {
      return await this.connections.get(projectId, id);
    } catch (error) {
      if (error instanceof ConnectionNotFoundError) return null;
      throw error;
    }
  }

  /** Null when the key may not list them or Optimove does not answer: the first sync will tell. */
  private async namesAtOptimove(connection: ConnectionView): Promise<string[] | null> {
    try {
      return await (await this.connections.clientFor(connection.id)).getCustomerAttributeNames();
    } catch (error) {
      if (error instanceof AppError) return null;
      throw error;
    }
  }

  private add(
    actor: Actor,
    connection: ConnectionView,
    { name, type }: Pick<SuppressionAttribute, 'name' | 'type'>,
  ): Promise<ChoiceOutcome> {
    const { projectId, id: connectionId } = connection;
    return this.transactions.run(async (tx) => {
      // Who stores values without their times ends first.
      await this.definitions.forChanging(tx, projectId);
      await this.feeds.ensure(tx, projectId, connectionId);
      const id = await this.attributes.add(tx, { projectId, connectionId, name, type });
      if (!id)
        return failed('NAME_TAKEN', 'attributeDefinitionId', `${name} is in the sync of this connection already`);
      const subject = { type: 'suppression-attribute', id };
      await this.audit.record(tx, actor, {
        action: 'suppression-attribute.chosen',
        subject,
        after: { name, connectionId },
      });
      await this.check.request(tx, connection);
      return { attribute: await this.attributes.find(tx, projectId, id), problems: [] };
    });
  }
}

function failed(...problem: Parameters<typeof refuse>): ChoiceOutcome {
  return { attribute: null, problems: [refuse(...problem)] };
}
