import type { Tx } from '@libs/platform';
import { type AddressAnswer, AddressAnswers } from '@modules/profiles';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { normalValue } from './domain/entry';
import { type Entry, EntryRepository } from './persistence/entry.repository';

const stop = 'STOP by text';
const erased = 'Said no before they were erased';

/** Where something goes to. */
type Address = Pick<AddressAnswer, 'medium' | 'address'>;

/**
 * Addresses whose owner said no, as entries of the list: whoever turns up with one later gets nothing there. A later yes of
 * whoever has it takes the entry back; entries for other reasons stay.
 */
@Injectable()
export class RefusedAddresses implements OnModuleInit {
  constructor(
    private readonly answers: AddressAnswers,
    private readonly entries: EntryRepository,
  ) {}

  onModuleInit(): void {
    this.answers.register(async (tx, projectId, answers) => {
      const noes = answers.filter(({ subscription }) => subscription === 'UNSUBSCRIBED').flatMap(entryOf);
      await this.entries.add(tx, projectId, { entries: noes, reason: stop });
      const yeses = answers.filter(({ subscription }) => subscription === 'SUBSCRIBED');
      await this.takeBack(tx, projectId, yeses);
    });
  }

  /** Noes that nothing else says any more, because whoever said them is erased. */
  async keepErased(tx: Tx, projectId: string, addresses: Address[]): Promise<void> {
    await this.entries.add(tx, projectId, { entries: addresses.flatMap(entryOf), reason: erased });
  }

  /** Yeses to addresses, whoever has them; what is listed since stays. */
  async takeBack(tx: Tx, projectId: string, yeses: (Address & Pick<AddressAnswer, 'saidAt'>)[]): Promise<void> {
    const entries = yeses.flatMap((yes) => entryOf(yes).map((entry) => ({ ...entry, until: yes.saidAt })));
    await this.entries.remove(tx, projectId, { entries, reasons: [stop, erased] });
  }
}

function entryOf({ medium, address }: Address): Entry[] {
  const kind = medium === 'EMAIL' ? 'EMAIL' : 'MOBILE_NUMBER';
  const value = normalValue(kind, address);
  return value ? [{ kind, value, medium }] : [];
}
