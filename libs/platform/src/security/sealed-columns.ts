import { execute, query, type Transactions, type Tx } from '../database/transactions';
import { type SecretBox, SecretUnreadableError } from './secret-box';

/** A column of secrets that a {@link SecretBox} sealed, each bound to the primary key of its row. */
export interface SealedColumn {
  table: string;
  column: string;
  /** The primary key: one uuid. */
  key: string;
}

/** What became of a column's secrets; those that are sealed with the newest key are not counted. */
export interface Rotation {
  resealed: number;
  /** Their key is not among those given, or they were damaged; left as they are. */
  unreadable: number;
}

const batch = 500;

/** Seals with the newest key what another one sealed, 500 rows a transaction; may run beside everything, and again. */
export async function resealColumn(
  transactions: Transactions,
  secrets: SecretBox,
  column: SealedColumn,
): Promise<Rotation> {
  const total = { resealed: 0, unreadable: 0 };
  let after: string | null = null;
  do {
    const from: string | null = after;
    after = await transactions.run(async (tx) => {
      const old = await oldSecrets(tx, column, { keyId: secrets.activeKeyId, after: from });
      const fresh = old.flatMap(({ key, sealed }) => {
        const again = reseal(secrets, sealed, key);
        return again === null ? [] : [{ key, sealed: again }];
      });
      await replace(tx, column, fresh);
      total.resealed += fresh.length;
      total.unreadable += old.length - fresh.length;
      return old.at(-1)?.key ?? null;
    });
  } while (after !== null);
  return total;
}

interface Secret {
  key: string;
  sealed: string;
}

function oldSecrets(
  tx: Tx,
  { table, column, key }: SealedColumn,
  { keyId, after }: { keyId: string; after: string | null },
): Promise<Secret[]> {
  return query(
    tx,
    `SELECT ${key} AS key, ${column} AS sealed FROM ${table} WHERE split_part(${column}, '.', 2) <> $1
       AND ($2::uuid IS NULL OR ${key} > $2) ORDER BY ${key} LIMIT ${batch} FOR UPDATE`,
    [keyId, after],
  );
}

async function replace(tx: Tx, { table, column, key }: SealedColumn, secrets: Secret[]): Promise<void> {
  await execute(
    tx,
    `UPDATE ${table} t SET ${column} = n.sealed FROM unnest($1::uuid[], $2::text[]) AS n(key, sealed) WHERE t.${key} = n.key`,
    [secrets.map((secret) => secret.key), secrets.map(({ sealed }) => sealed)],
  );
}

function reseal(secrets: SecretBox, sealed: string, context: string): string | null {
  try {
    return secrets.seal(secrets.open(sealed, context), context);
  } catch (error) {
    if (error instanceof SecretUnreadableError) return null;
    throw error;
  }
}
