import { setTimeout as pause } from 'node:timers/promises';
import type { Observer } from '../servers/database';

/** A clock and how it goes. */
export interface ClockReport {
  name: string;
  isTicking: boolean;
  detail: string;
}

/** Clocks are looked at every second to every minute. */
const graceSeconds = 75;
const longestLeaseSeconds = 120;

/**
 * Every clock must be due in the future, have just been due, or be held by a lease that runs out. A lease that a killed
 * worker left is waited for.
 */
export async function readClocks(observer: Observer): Promise<ClockReport[]> {
  const giveUpAt = Date.now() + (longestLeaseSeconds + graceSeconds) * 1_000;
  for (;;) {
    const clocks = await look(observer);
    if (clocks.every(({ isTicking }) => isTicking) || Date.now() > giveUpAt) return clocks;
    await pause(1_000);
  }
}

/** Leases of single connections are taken by the clock of all of them, whenever it ticks. */
function look(observer: Observer): Promise<ClockReport[]> {
  return observer.ask<ClockReport>(
    `SELECT name, (coalesce(held_until > now(), false) OR due_at > now() - $1 * interval '1 second'
         OR last_started_at > now() - $1 * interval '1 second') AS "isTicking",
       'last ' || round(extract(epoch FROM now() - last_started_at))::text || ' s ago, due in '
         || round(extract(epoch FROM due_at - now()))::text || ' s' AS detail
     FROM lease ORDER BY name`,
    [graceSeconds],
  );
}
