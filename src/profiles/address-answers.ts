import type { Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** What the owner of an e-mail address or a mobile number said about messages there. */
export interface AddressAnswer {
  medium: 'EMAIL' | 'SMS';
  address: string;
  subscription: 'SUBSCRIBED' | 'UNSUBSCRIBED';
  /** Null: with the transaction that stores it. */
  saidAt: Date | null;
}

/** Keeps what is said of addresses, in the transaction that stores the answer. */
export type AddressAnswerHandler = (tx: Tx, projectId: string, answers: AddressAnswer[]) => Promise<void>;

/**
 * Upper modules register here what they keep of an address, whoever has it: a STOP is told also when nobody has the number,
 * and every yes that a person says themselves, for it takes a no back.
 */
@Injectable()
export class AddressAnswers {
  private readonly handlers: AddressAnswerHandler[] = [];

  /** Called while the process starts. */
  register(handler: AddressAnswerHandler): void {
    this.handlers.push(handler);
  }

  /** Tells every module, one after the other. */
  async tell(tx: Tx, projectId: string, answers: AddressAnswer[]): Promise<void> {
    if (answers.length === 0) return;
    for (const handler of this.handlers) await handler(tx, projectId, answers);
  }
}
