import type { Tx } from '@libs/platform';
import { type ContactRow, PersonalData, ProfilesService } from '@modules/profiles';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { normalValue } from '../domain/entry';
import { EntryRepository } from '../persistence/entry.repository';
import { OwnExclusionRepository } from '../persistence/own-exclusion.repository';
import { RefusedAddresses } from '../refused-addresses';

const reason = 'Excluded by their profile before they were erased';

/**
 * Before a person is erased, what excludes them and is written on their profile alone becomes entries of the list: a value
 * that a rule excludes by, and a no to e-mail or texts. Otherwise nothing would exclude them when they are named again.
 */
@Injectable()
export class KeepErased implements OnModuleInit {
  constructor(
    private readonly data: PersonalData,
    private readonly profiles: ProfilesService,
    private readonly own: OwnExclusionRepository,
    private readonly entries: EntryRepository,
    private readonly refused: RefusedAddresses,
  ) {}

  onModuleInit(): void {
    this.data.onErasure((tx, projectId, profileId) => this.run(tx, projectId, profileId));
  }

  private async run(tx: Tx, projectId: string, profileId: string): Promise<void> {
    const [contact] = await this.profiles.contacts(tx, projectId, [profileId]);
    if (!contact) return;
    await this.keepNoes(tx, projectId, contact);
    const userId = normalValue('USER_ID', contact.userId);
    if (userId === null || !(await this.isExcluded(tx, projectId, profileId))) return;
    const entries = [{ kind: 'USER_ID', value: userId, medium: 'ANY' } as const];
    await this.entries.add(tx, projectId, { entries, reason });
  }

  private async keepNoes(tx: Tx, projectId: string, { profileId, email, mobileNumber }: ContactRow): Promise<void> {
    const said = await this.profiles.consentOf(tx, projectId, profileId);
    await this.refused.keepErased(tx, projectId, [
      ...(email && said?.email === 'UNSUBSCRIBED' ? [{ medium: 'EMAIL' as const, address: email }] : []),
      ...(mobileNumber && said?.sms === 'UNSUBSCRIBED' ? [{ medium: 'SMS' as const, address: mobileNumber }] : []),
    ]);
  }

  private async isExcluded(tx: Tx, projectId: string, profileId: string): Promise<boolean> {
    const names = await this.own.ruleAttributes(tx, projectId);
    const values = await this.profiles.attributeValues(tx, projectId, { profileIds: [profileId], names });
    return (await this.own.excluding(tx, projectId, values)).size > 0;
  }
}
