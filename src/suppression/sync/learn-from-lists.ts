import type { Tx } from '@libs/platform';
import { ConnectionsService, type ConnectionView } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import { readValue } from '../domain/typed-value';
import { customerKeyOf, valueKeyOf } from '../domain/value-key';
import { AttributeRepository } from '../persistence/attribute.repository';
import { type CustomerValue, CustomerValueRepository } from '../persistence/customer-value.repository';
import { FeedRepository } from '../persistence/feed.repository';
import { RememberedValueRepository, type Values } from '../persistence/remembered-value.repository';
import { EveryUserId } from './every-user-id';

/** A page of a campaign's list. */
export interface ListPage {
  connection: ConnectionView;
  /** Both as {@link LearnFromLists.asked} said before the page was asked for. */
  dataDate: string | null;
  askedAt: Date;
  /** Names of the attributes that were asked for, in the order of the values. */
  attributes: string[];
  /** Those of the names that nothing was told of. */
  untold?: ReadonlySet<string>;
  rows: { customerId: string; writtenId?: string; attributes: (string | null)[] }[];
}

/** Campaign lists tell the values of whom they name: the first load, and the way back after a missed day. */
@Injectable()
export class LearnFromLists {
  constructor(
    private readonly connections: ConnectionsService,
    private readonly attributes: AttributeRepository,
    private readonly feeds: FeedRepository,
    private readonly remembered: RememberedValueRepository,
    private readonly customers: CustomerValueRepository,
    private readonly everyUserId: EveryUserId,
  ) {}

  /** Attributes to ask for with a list: those that Optimove released when they were last synced. */
  async wanted(tx: Tx, { projectId, id }: Pick<ConnectionView, 'projectId' | 'id'>): Promise<string[]> {
    const attributes = await this.attributes.ofConnection(tx, projectId, id);
    return attributes.filter(({ state }) => state === 'FRESH').map(({ name }) => name);
  }

  /**
   * The instant, and the data date that a list has which is asked for from now on, as far as it is known. A list that is under
   * way while the next day comes tells of the day before, and must not take the place of what the sync of the new day says.
   */
  asked(
    tx: Tx,
    { projectId, id }: Pick<ConnectionView, 'projectId' | 'id'>,
  ): Promise<Pick<ListPage, 'dataDate' | 'askedAt'>> {
    return this.feeds.asked(tx, projectId, id);
  }

  /**
   * Applies what a page says, as of its data date; newer values stay, and what was said since the list was asked for, unless
   * the list excludes. No value takes none away: Optimove may leave out what it does not release. Nothing is learnt where
   * customers are other people by now than when the list was asked for; until `tx` ends they become no others, so that
   * whoever forgets them forgets all of it.
   */
  async learn(tx: Tx, { connection, dataDate, askedAt, attributes: names, untold, rows }: ListPage): Promise<void> {
    if (dataDate === null) return;
    const { projectId, id } = connection;
    const kept = await this.attributes.ofConnection(tx, projectId, id);
    const told = kept.filter(
      ({ name, state, completeDate }) =>
        state === 'FRESH' &&
        names.includes(name) &&
        !untold?.has(name) &&
        (completeDate === null || completeDate <= dataDate),
    );
    if (told.length === 0 || !(await this.connections.holdMeaning(tx, connection))) return;
    const userIdAt = connection.userIdAttribute === null ? -1 : names.indexOf(connection.userIdAttribute);
    for (const attribute of told) {
      const at = names.indexOf(attribute.name);
      const values: Values = new Map();
      const doubtful: string[] = [];
      const customers = new Map<string, CustomerValue>();
      for (const row of rows) {
        const userId =
          connection.userIdAttribute === null
            ? customerKeyOf(row.writtenId ?? row.customerId)
            : valueKeyOf(row.attributes[userIdAt] ?? null);
        if (userId === null) continue;
        const read = readValue(attribute.type, row.attributes[at] ?? null);
        const value = 'value' in read ? read.value : null;
        const isDoubtful = !('value' in read);
        if (isDoubtful) doubtful.push(userId);
        else values.set(userId, value);
        if (connection.userIdAttribute === null) continue;
        const { customerId } = row;
        customers.set(`${userId}\0${customerId}`, { userId, customerId, value, isDoubtful });
      }
      const { id: attributeId, name } = attribute;
      const target = { projectId, attributeId, name, dataDate, askedAt, runId: null, mayBeOld: true, clears: false };
      await this.remembered.apply(tx, target, values);
      await this.remembered.doubt(tx, target, doubtful);
      const all = await this.everyUserId.of(tx, target, { connectionId: id, values: customers.values() });
      await this.customers.remember(tx, target, all);
    }
  }
}
