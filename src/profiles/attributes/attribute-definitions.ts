import { isUuid } from '@libs/foundation';
import { Transactions, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { AttributeDefinition } from '../domain/attribute';
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
}
