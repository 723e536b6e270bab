import { Leases } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { RegistrationRoomRepository } from '../persistence/registration-room.repository';

const everyMs = 600_000;
const atOnce = 5_000;

/** Forgets from which addresses installations came, once that limits nobody any more. */
@Injectable()
export class RegistrationClock {
  constructor(
    private readonly leases: Leases,
    private readonly room: RegistrationRoomRepository,
  ) {}

  @Interval(everyMs)
  async forget(): Promise<void> {
    await this.leases.runWhenDue({ name: 'profiles.registration-room', everyMs, leaseMs: 300_000 }, async () => {
      while ((await this.room.forget(atOnce)) === atOnce);
    });
  }
}
