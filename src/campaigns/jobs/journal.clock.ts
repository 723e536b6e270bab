import { strippedCallback } from '@libs/optimove-client';
import { Leases, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { forgetErased } from '../persistence/ledger/erased-customers';
import { JournalKeepingRepository } from '../persistence/ledger/journal-keeping.repository';
import { TriggeredRepository } from '../persistence/ledger/triggered.repository';

const lookEveryMs = 60_000;
const leaseMs = 300_000;
const atOnce = 1_000;
/** As long as the values of an execution: that is how long a call can be looked into with all it said. */
const personalHours = 72;
const keptDays = 30;
const givenUp = `It waited ${personalHours} hours for its turn and was given up`;

/**
 * Strips the inbound journal of personal data once calls have been dealt with, and forgets it after a month; forgets the
 * occurrences of closed days and the digests of people who were erased.
 */
@Injectable()
export class JournalClock {
  constructor(
    private readonly leases: Leases,
    private readonly transactions: Transactions,
    private readonly journal: JournalKeepingRepository,
    private readonly triggered: TriggeredRepository,
  ) {}

  @Interval(lookEveryMs)
  async keep(): Promise<void> {
    const tick = { name: 'campaigns.keep-journal', everyMs: lookEveryMs, leaseMs };
    await this.leases.runWhenDue(tick, () => this.run());
  }

  /** Works until nothing is left that is old enough. */
  async run(): Promise<void> {
    while ((await this.strip()) === atOnce);
    const { pool } = this.transactions;
    while ((await this.journal.forget(pool, { days: keptDays, limit: atOnce })) === atOnce);
    await forgetErased(pool);
    while ((await this.triggered.forgetOccurrences(pool, atOnce)) === atOnce);
  }

  private strip(): Promise<number> {
    return this.transactions.run(async (tx) => {
      const calls = await this.journal.nextToStrip(tx, { hours: personalHours, limit: atOnce });
      const stripped = calls.map((call) => ({ ...call, body: strippedCallback(call) }));
      if (stripped.length > 0) await this.journal.strip(tx, stripped, givenUp);
      return stripped.length;
    });
  }
}
