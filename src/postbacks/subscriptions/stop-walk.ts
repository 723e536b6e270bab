import type { Tx } from '@libs/platform';
import { Tasks } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { SubscriptionSettingRepository } from '../persistence/subscription-setting.repository';

/** Whose walks end: those of one connection, or of the whole project. */
export interface WalkOwner {
  projectId: string;
  connectionId: string | null;
}

/** Ends walks that are under way before they have read everyone, with their tasks. */
@Injectable()
export class StopWalk {
  constructor(
    private readonly settings: SubscriptionSettingRepository,
    private readonly tasks: Tasks,
  ) {}

  /** Where none is under way nothing happens. `reason` is what the task says. */
  async run(tx: Tx, owner: WalkOwner, reason: string): Promise<void> {
    const detail = `${reason} before everyone had been read`;
    for (const taskId of await this.settings.stopWalks(tx, owner))
      await this.tasks.finish(tx, taskId, 'FAILED', detail);
  }
}
