import { SecretBox, type Tx } from '@libs/platform';
import { ConnectionsService, type ConnectionView } from '@modules/connections';
import type { MatchKeys } from '@modules/matching';
import { Injectable } from '@nestjs/common';
import { erasurePurpose } from '../domain/erased';
import type { OpenRecipient } from '../persistence/ledger/chunk.repository';
import { erasedAmong, wasAnybodyErased } from '../persistence/ledger/erased-customers';
import type { ExecutionRow } from '../persistence/ledger/execution.repository';
import { attributeReader } from './match-recipients';

/** Knows those on the way to their message who were erased meanwhile: what Optimove said of them makes nobody known. */
@Injectable()
export class ErasedPeople {
  constructor(
    private readonly connections: ConnectionsService,
    private readonly secrets: SecretBox,
  ) {}

  /** By seq those who were erased since their campaign was announced or, of triggered ones, since Optimove called. */
  async among(
    tx: Tx,
    { execution, connection, keys }: { execution: ExecutionRow; connection: ConnectionView; keys: MatchKeys },
    open: OpenRecipient[],
  ): Promise<ReadonlySet<number>> {
    const { projectId, id } = connection;
    const { userIdAttribute } = keys;
    const isTriggered = execution.kind === 'TRIGGERED';
    const announced = isTriggered ? open.map(({ dueAt }) => dueAt) : [execution.announced_at];
    if (!(await wasAnybodyErased(tx, projectId, announced))) return new Set();
    const readAttribute = attributeReader(execution.attributes);
    const people = open.map((person) => ({
      ...person,
      userIdValue: readAttribute(person, userIdAttribute) ?? '',
      since: isTriggered ? person.dueAt : execution.announced_at,
    }));
    const connectionIds = await this.connections.withPredecessors(tx, id);
    const erasureKeys = this.secrets.derivedKeys(erasurePurpose);
    return erasedAmong(tx, { projectId, connectionIds, erasureKeys, userIdAttribute }, people);
  }
}
