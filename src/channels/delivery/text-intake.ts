import type { InboundText } from '@libs/delivery';
import { Log, Transactions } from '@libs/platform';
import { ProfilesService } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import type { ReceiptOwner } from '../persistence/receipt.repository';
import { TextRepository } from '../persistence/text.repository';

/** Takes in the texts that people send. */
@Injectable()
export class TextIntake {
  constructor(
    private readonly transactions: Transactions,
    private readonly texts: TextRepository,
    private readonly profiles: ProfilesService,
    private readonly log: Log,
  ) {}

  /**
   * Resolves when the texts are committed. A STOP is in force by then for everybody with the number and for the number
   * itself; what else it changes, and every other keyword, waits for its turn. One whose number has no country stops
   * nobody, and that is told loudly.
   */
  async store(owner: ReceiptOwner, texts: InboundText[]): Promise<void> {
    const said = new Set(texts.filter(({ keyword }) => keyword === 'STOP').map(({ from }) => from));
    const numbers = [...said].filter((number) => !number.startsWith('0'));
    await this.transactions.run(async (tx) => {
      await this.texts.store(tx, owner, texts);
      if (numbers.length > 0) await this.profiles.stopNumbers(tx, owner.projectId, numbers);
    });
    if (numbers.length === said.size) return;
    const remedy = 'Set countryCode of the account and unsubscribe them by hand: inboundTexts lists them';
    this.log.event('texts.stop-of-nobody', { ...owner, texts: said.size - numbers.length, remedy }, 'error');
  }
}
