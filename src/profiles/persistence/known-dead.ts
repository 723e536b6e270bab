import { execute, query, type Tx } from '@libs/platform';

/** Somebody with addresses that were just written. */
export interface Addressed {
  userId: string;
  email: string | null;
  mobileNumber: string | null;
}

interface AddressColumn {
  of(person: Addressed): string | null;
  flag: string;
  /** SQL: that a profile has the address. */
  hasAddress(profile: string, address: string): string;
}

const columns: AddressColumn[] = [
  {
    of: ({ email }) => email,
    flag: 'is_email_addressable',
    hasAddress: (profile, address) => `lower(${profile}.email) = lower(${address})`,
  },
  {
    of: ({ mobileNumber }) => mobileNumber,
    flag: 'is_mobile_number_addressable',
    hasAddress: (profile, address) => `${profile}.mobile_number = ${address}`,
  },
];

/**
 * An address that is known to be dead is dead for whoever gets it later, too. Call it for people of a project after
 * their addresses were written, in the same transaction.
 */
export async function heedDeadAddresses(tx: Tx, projectId: string, people: Addressed[]): Promise<void> {
  for (const column of columns) {
    const given = people.flatMap((person) => {
      const address = column.of(person);
      return address === null ? [] : [{ userId: person.userId, address }];
    });
    if (given.length > 0) await markDead(tx, projectId, { column, given });
  }
}

/** Looked up one by one in the index of dead ones, of which there are few; mostly nobody is left to be marked. */
async function markDead(
  tx: Tx,
  projectId: string,
  { column, given }: { column: AddressColumn; given: { userId: string; address: string }[] },
): Promise<void> {
  const { flag, hasAddress } = column;
  const dead = await query<{ userId: string; address: string; reason: string | null }>(
    tx,
    `SELECT g.user_id AS "userId", g.address, d.reason FROM unnest($2::text[], $3::text[]) AS g(user_id, address)
     CROSS JOIN LATERAL (SELECT unreachable_reason AS reason FROM profile k
       WHERE k.project_id = $1 AND NOT k.${flag} AND ${hasAddress('k', 'g.address')} LIMIT 1) AS d
     ORDER BY g.user_id COLLATE "C"`,
    [projectId, given.map(({ userId }) => userId), given.map(({ address }) => address)],
  );
  if (dead.length === 0) return;
  await execute(
    tx,
    `UPDATE profile p SET ${flag} = false, unreachable_reason = x.reason, updated_at = now()
     FROM unnest($2::text[], $3::text[], $4::text[]) AS x(user_id, address, reason)
     WHERE p.project_id = $1 AND p.user_id = x.user_id AND p.${flag} AND ${hasAddress('p', 'x.address')}`,
    [projectId, dead.map(({ userId }) => userId), dead.map(({ address }) => address), dead.map(({ reason }) => reason)],
  );
}
