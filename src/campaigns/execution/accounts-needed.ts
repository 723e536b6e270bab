import { Transactions } from '@libs/platform';
import { ProfilesService } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import type { ExecutionContext } from './execution-context';
import type { RenderedPerson } from './render-slice';
import type { AccountsOf } from './sending-room';

/** Foresees which accounts the messages of some people go to, so that room is booked where it will be used. */
@Injectable()
export class AccountsNeeded {
  constructor(
    private readonly transactions: Transactions,
    private readonly profiles: ProfilesService,
  ) {}

  /** Asks the database only where phones are served by several accounts and one of them has a limit. */
  async of({ execution, senders }: ExecutionContext, people: RenderedPerson[]): Promise<AccountsOf> {
    const single = new Map(senders.all.map(({ medium, accountId }) => [medium, accountId]));
    const ofPhones = senders.all.filter(({ medium }) => medium === 'MOBILE_PUSH');
    const isSplit = ofPhones.length > 1 && ofPhones.some(({ messagesPerSecond }) => messagesPerSecond !== null);
    const split = isSplit ? await this.ofDevices(execution.project_id, senders, people) : null;
    return ({ profileId, messages }) =>
      [...messages.keys()].flatMap((medium) => {
        if (split && medium === 'MOBILE_PUSH') return split.get(profileId ?? '') ?? [];
        return single.get(medium) ?? [];
      });
  }

  private async ofDevices(
    projectId: string,
    senders: ExecutionContext['senders'],
    people: RenderedPerson[],
  ): Promise<Map<string, string[]>> {
    const profileIds = people.flatMap(({ profileId }) => (profileId ? [profileId] : []));
    const found = new Map<string, string[]>();
    for (const row of await this.profiles.reach(this.transactions.pool, projectId, profileIds, ['MOBILE_PUSH'])) {
      const sender = row.isAddressable ? senders.of(row) : null;
      if (sender) found.set(row.profileId, [...(found.get(row.profileId) ?? []), sender.accountId]);
    }
    return found;
  }
}
