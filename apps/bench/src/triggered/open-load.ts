import { setTimeout as pause } from 'node:timers/promises';
import { Pool } from 'undici';

/** Where callbacks go and where their messages arrive. */
export interface LoadTarget {
  callbackUrl: string;
  sinkUrl: string;
  /** The body of the callback of one customer. */
  bodyOf(customerId: string): string;
}

/** What came of an offered load. Times are milliseconds. */
export interface LoadResult {
  offered: number;
  /** Callbacks that were not answered 200, or whose message never arrived: a late one counts in the times. */
  lost: number;
  answerP99: number;
  handOverP50: number;
  handOverP99: number;
  /** Messages to others that arrived at the sink meanwhile. */
  others: number;
}

const connections = 64;
const patienceMs = 30_000;

/** Offers callbacks at a fixed rate, whether or not the earlier ones were answered, one for each customer. */
export async function offer(
  target: LoadTarget,
  { rate, customerIds, seconds }: { rate: number; customerIds: string[]; seconds: number },
): Promise<LoadResult> {
  await (await fetch(`${target.sinkUrl}/reset?arrivals`)).text();
  const url = new URL(target.callbackUrl);
  const pool = new Pool(url.origin, { connections });
  const count = Math.min(Math.round(rate * seconds), customerIds.length);
  const due = new Map<string, number>();
  const answers: number[] = [];
  const running: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let index = 0; index < count; ) {
    const until = Math.min(count, Math.floor(((performance.now() - startedAt) * rate) / 1_000) + 1);
    for (; index < until; index += 1) {
      const customerId = customerIds[index] ?? '';
      const dueAt = startedAt + (index * 1_000) / rate;
      due.set(`token-${customerId}`, performance.timeOrigin + dueAt);
      running.push(
        post(pool, url.pathname, target.bodyOf(customerId)).then(
          (ok) => void (ok && answers.push(performance.now() - dueAt)),
        ),
      );
    }
    await pause(1);
  }
  await Promise.all(running);
  await pool.close();
  const { delays, others } = await arrivalsOf(target.sinkUrl, due);
  return {
    offered: rate,
    lost: count - Math.min(answers.length, delays.length),
    answerP99: quantile(answers, 0.99),
    handOverP50: quantile(delays, 0.5),
    handOverP99: quantile(delays, 0.99),
    others,
  };
}

async function post(pool: Pool, path: string, body: string): Promise<boolean> {
  const headers = { 'content-type': 'application/json' };
  const answer = await pool.request({ path, method: 'POST', headers, body }).catch(() => null);
  await answer?.body.dump();
  return answer?.statusCode === 200;
}

/** Delays of the messages of these tokens that arrive before patience ends, and how many of other tokens came meanwhile. */
async function arrivalsOf(
  sinkUrl: string,
  due: Map<string, number>,
): Promise<Pick<LoadResult, 'others'> & { delays: number[] }> {
  const giveUpAt = Date.now() + patienceMs;
  for (;;) {
    const arrivals = (await (await fetch(`${sinkUrl}/arrivals`)).json()) as [string, number][];
    const delays = arrivals.flatMap(([token, at]) => {
      const dueAt = due.get(token);
      return dueAt === undefined ? [] : [at - dueAt];
    });
    if (delays.length >= due.size || Date.now() > giveUpAt) return { delays, others: arrivals.length - delays.length };
    await pause(100);
  }
}

function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.POSITIVE_INFINITY;
}
