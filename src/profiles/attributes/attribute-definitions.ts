import { isUuid } from '@libs/foundation';
import { query, Transactions, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { AttributeDefinition } from '../domain/attribute';
import { type KnownAttributes, knownAttributes } from '../domain/attributes/known-attributes';
import { AttributeDefinitionEntity } from '../persistence/attribute-definition.entity';

/** The project's own list of custom attributes, as other modules read it. */
@Injectable()
export class AttributeDefinitions {
  constructor(private readonly transactions: Transactions) {}

  /** The attribute of exactly this name, or null. */
  ofName(tx: Tx, projectId: string, name: string): Promise<AttributeDefinition | null> {
    return tx.findOneBy(AttributeDefinitionEntity, { projectId, name });
  }

  /** The attribute of this id, or null. */
  async ofId(projectId: string, id: string): Promise<AttributeDefinition | null> {
    return isUuid(id) ? this.transactions.pool.findOneBy(AttributeDefinitionEntity, { projectId, id }) : null;
  }

  /** Every attribute that rules can name: those of every profile, and the project's own. */
  async known(tx: Tx, projectId: string): Promise<KnownAttributes> {
    return knownAttributes(await this.own(tx, projectId));
  }

  /** The project's own attributes. */
  own(tx: Tx, projectId: string): Promise<AttributeDefinition[]> {
    return tx.findBy(AttributeDefinitionEntity, { projectId });
  }

  /** The same for who is about to store values, or to rest something on an attribute: until `tx` ends no attribute is added, taken away or changed. */
  async forWriting(tx: Tx, projectId: string): Promise<KnownAttributes> {
    await query(tx, `SELECT pg_advisory_xact_lock_shared(hashtext('attributes'), hashtext($1))`, [projectId]);
    return this.known(tx, projectId);
  }

  /** Waits for those who store values and holds back new ones until `tx` ends. */
  async forChanging(tx: Tx, projectId: string): Promise<void> {
    await query(tx, `SELECT pg_advisory_xact_lock(hashtext('attributes'), hashtext($1))`, [projectId]);
  }
}
