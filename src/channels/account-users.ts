import type { Medium } from '@libs/delivery';
import type { Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** What an account takes, as far as others need to know it. */
export interface TakenAway {
  projectId: string;
  medium: Medium;
  /** The app whose devices alone it is for; null: those of every app without an account of its own. */
  appId: string | null;
}

/** Names what cannot go on when nothing takes these messages any more. */
export type AccountUser = (tx: Tx, taken: TakenAway) => Promise<string[]>;

/** Upper modules register here what needs messages to go out, so that no account is deleted from under it. */
@Injectable()
export class AccountUsers {
  private readonly users: AccountUser[] = [];

  /** Called while the process starts. */
  register(user: AccountUser): void {
    this.users.push(user);
  }

  /** Everything that could not go on. */
  async of(tx: Tx, taken: TakenAway): Promise<string[]> {
    const found: string[] = [];
    for (const user of this.users) found.push(...(await user(tx, taken)));
    return found;
  }
}
