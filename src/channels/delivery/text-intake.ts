import type { InboundText } from '@libs/delivery';
import { Transactions } from '@libs/platform';
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
  ) {}

  /**
   * Resolves when the texts are committed. A STOP is in force by then for everybody with the number and for the number
   * itself; what else it changes, and every other keyword, waits for its turn.
   */
  store(owner: ReceiptOwner, texts: InboundText[]): Promise<void> {
    const numbers = new Set(texts.filter(({ keyword }) => keyword === 'STOP').map(({ from }) => from));
    return this.transactions.run(async (tx) => {
      await this.texts.store(tx, owner, texts);
      if (numbers.size > 0) await this.profiles.stopNumbers(tx, owner.projectId, [...numbers]);
    });
  }
}
