import { Log } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { CampaignsConfig } from '../campaigns.config';
import { type LedgerDay, RetentionRepository } from '../persistence/ledger/retention.repository';

const hoursOfDay = 24;
/** Values are of use as long as somebody may be sent to again. */
const valueHours = 72;
/** Whole days leave; where another execution keeps a day, what is of one that ended leaves row by row, so much later. */
const patienceHours = hoursOfDay;

/** Forgets what is no longer needed of the ledger: values of Optimove soon, people after a year or as it is set. */
@Injectable()
export class ForgetOld {
  constructor(
    private readonly retention: RetentionRepository,
    private readonly config: CampaignsConfig,
    private readonly log: Log,
  ) {}

  /** Safe to stop at any point; goes on the next time. Executions that are not at their end keep what is theirs. */
  async run(): Promise<void> {
    await this.forgetValues();
    await this.forgetPeople();
  }

  private async forgetValues(): Promise<void> {
    for (const day of await this.retention.days('recipient_staging', valueHours)) {
      if (!(await this.retention.giveUpValues(day, valueHours))) continue;
      await this.retention.dropValues(day);
      this.log.event('ledger.values-dropped', { day });
    }
    await this.retention.giveUpLateValues(valueHours + patienceHours);
    for (const executionId of await this.retention.withLeftValues()) {
      while (await this.retention.deleteSomeValues(executionId));
      this.log.event('ledger.values-deleted', { executionId });
    }
  }

  private async forgetPeople(): Promise<void> {
    const hours = this.config.LEDGER_DAYS * hoursOfDay;
    for (const day of await this.retention.days('recipient', hours)) {
      if (!(await this.retention.giveUpPeople(day, hours))) {
        await this.forgetLatePeople(day, hours + patienceHours);
        continue;
      }
      await this.retention.dropPeople(day);
      this.log.event('ledger.people-dropped', { day });
    }
  }

  private async forgetLatePeople(day: LedgerDay, hours: number): Promise<void> {
    await this.retention.giveUpLatePeople(day, hours);
    for (const executionId of await this.retention.withLeftPeople(day)) {
      while (await this.retention.deleteSomePeople(executionId));
      this.log.event('ledger.people-deleted', { executionId });
    }
  }
}
