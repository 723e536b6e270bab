import { Notifications } from '@libs/platform';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { GivingWay, lateChannel } from '../execution/giving-way';
import { SendChunk } from '../execution/send-chunk';

/** Makes the bulk of this process give way when a worker says that triggered messages are late. */
@Injectable()
export class GivingWayListener implements OnApplicationBootstrap {
  constructor(
    private readonly notifications: Notifications,
    private readonly givingWay: GivingWay,
    private readonly sendChunk: SendChunk,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.notifications.listen(lateChannel, () => {
      this.givingWay.hear();
      this.sendChunk.giveWay();
    });
  }
}
