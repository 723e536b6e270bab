import type { Tx } from '@libs/platform';
import type { ConnectionView } from '@modules/connections';
import type { MatchingService, MatchKeys } from '@modules/matching';
import type { OpenRecipient } from '../persistence/ledger/chunk.repository';
import type { MatchedRecipient } from './render-slice';

/** What matching needs to know of an execution. */
export interface MatchContext {
  execution: { id: string; attributes: string[] };
  connection: ConnectionView;
  /** Those that the values of the customers were asked for with. */
  keys: MatchKeys;
  /** Since when their ids mean whom they mean. */
  namesSince: Date | null;
  /** By seq those who are nobody any more, whatever Optimove says of them. */
  erased?: ReadonlySet<number>;
}

/** Finds the profiles of recipients by what Optimove said of them. */
export async function matchRecipients(
  tx: Tx,
  matching: MatchingService,
  { execution, connection, keys, namesSince, erased }: MatchContext,
  people: OpenRecipient[],
): Promise<MatchedRecipient[]> {
  const readAttribute = attributeReader(execution.attributes);
  const named = erased ? people.filter(({ seq }) => !erased.has(seq)) : people;
  const results = await matching.match(tx, {
    connection,
    keys,
    namesSince,
    executionId: execution.id,
    customers: named.map((person) => ({
      seq: person.seq,
      customerId: person.customerId,
      userIdValue: readAttribute(person, keys.userIdAttribute),
      mobileNumberValue: readAttribute(person, keys.mobileNumberAttribute),
    })),
  });
  const bySeq = new Map(results.map((result) => [result.seq, result]));
  return people.map((person) => {
    const match = bySeq.get(person.seq);
    return { ...person, profileId: match?.profileId ?? null, numberProblem: match?.numberProblem ?? null, drops: [] };
  });
}

/** Reads a value that Optimove gave of a person, of the attributes that were asked for; null where there is none. */
export function attributeReader(names: string[]): (person: OpenRecipient, name: string | null) => string | null {
  const positions = new Map(names.map((name, index) => [name, index]));
  return (person, name) => (name === null ? null : (person.attributes[positions.get(name) ?? -1] ?? null));
}
