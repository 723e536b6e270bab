import type { Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** The anonymous profile of a device that is given up, and the profile that the device has now. */
export interface ProfileMerge {
  from: string;
  into: string;
}

/** Carries over what must not be lost, in the transaction of the merge; both profiles are still there. */
export type MergeHandler = (tx: Tx, projectId: string, merges: ProfileMerge[]) => Promise<void>;

/** Upper modules register here what they keep of an anonymous profile when the person is found to be another one. */
@Injectable()
export class Merges {
  private readonly handlers: MergeHandler[] = [];

  /** Called while the process starts. */
  register(handler: MergeHandler): void {
    this.handlers.push(handler);
  }

  /** Tells every module, one after the other. */
  async tell(tx: Tx, projectId: string, merges: ProfileMerge[]): Promise<void> {
    for (const handler of this.handlers) await handler(tx, projectId, merges);
  }
}
