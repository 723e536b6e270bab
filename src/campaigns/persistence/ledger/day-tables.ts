import { groupBy, timeOfId } from '@libs/foundation';
import type { Prepared } from '@libs/platform';

/** The tables of one day of the ledger. */
export interface DayTables {
  recipient: string;
  staging: string;
  reject: string;
  delivery: string;
}

/** Days of which a process keeps the text of a statement; few are worked on at once. */
const mostKept = 8;
let made = 0;

/**
 * A statement on the tables of an execution's day. The ledger keeps one part a day for a year and more: of a prepared
 * statement that names the whole table every connection would plan all parts, which takes it the better part of a second
 * and 10 MB for each.
 */
export function onDay(build: (own: DayTables) => string): (executionId: string) => Prepared {
  const statement = onDays((own) => build(own));
  return (executionId) => statement(executionId, []);
}

/** The same that also reads from the days of other executions: `all` are the days, each once, the own one too. */
export function onDays(
  build: (own: DayTables, all: DayTables[]) => string,
): (executionId: string, others: string[]) => Prepared {
  made += 1;
  const name = `day_${made}`;
  const kept = new Map<string, Prepared>();
  return (executionId, others) => {
    const own = dayOf(executionId);
    const all = [...new Set([own, ...others.map(dayOf)])].sort();
    // One name for one text: a connection that has a statement of these days already prepares no other.
    const key = [name, own, ...all].join('_');
    const statement = kept.get(key) ?? { name: key, text: build(tablesOf(own), all.map(tablesOf)) };
    kept.delete(key);
    kept.set(key, statement);
    const [oldest] = kept.keys();
    if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
    return statement;
  };
}

/** SQL: that an execution has an id from `$n` to `$n + 1`. Whoever plans the statement leaves out the parts of other days. */
export const isFrom = (executionId: string, n: number): string =>
  `${executionId} BETWEEN $${n}::uuid AND $${n + 1}::uuid`;

/** The first and the last id of executions. */
export type IdRange = [first: string, last: string];

/** Asks at most, however many days there are: neighbours are asked about together then. */
const mostAsks = 20;

/**
 * Asks day by day, in their order, for what is about executions of several: a statement about any executions is planned
 * with all parts, which takes a tenth of a second, and one about those of a range with the parts of its days.
 */
export async function askByDay<T extends { executionId: string }, R>(
  all: T[],
  ask: (ofDay: T[], ids: IdRange) => Promise<R[]>,
): Promise<R[]> {
  const rows: R[] = [];
  const days = [...groupBy(all, ({ executionId }) => dayOf(executionId))].sort(([one], [other]) =>
    one < other ? -1 : 1,
  );
  const atOnce = Math.ceil(days.length / mostAsks);
  for (let from = 0; from < days.length; from += atOnce) {
    const ofDay = days.slice(from, from + atOnce).flatMap(([, some]) => some);
    rows.push(...(await ask(ofDay, rangeOf(ofDay))));
  }
  return rows;
}

function rangeOf(all: { executionId: string }[]): IdRange {
  const ids = all.map(({ executionId }) => executionId).sort();
  return [ids[0] ?? '', ids.at(-1) ?? ''];
}

/** The day of the parts in which an execution is, `YYYYMMDD` in UTC: that on which its id was made. */
function dayOf(executionId: string): string {
  return timeOfId(executionId).toISOString().slice(0, 10).replaceAll('-', '');
}

function tablesOf(day: string): DayTables {
  return {
    recipient: `recipient_${day}`,
    staging: `recipient_staging_${day}`,
    reject: `recipient_reject_${day}`,
    delivery: `delivery_${day}`,
  };
}
