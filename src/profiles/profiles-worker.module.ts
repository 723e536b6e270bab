import { ProjectsModule } from '@modules/projects';
import { Module } from '@nestjs/common';
import { ChangeValuesClock, ChangeValuesHandler } from './attributes/change-values.handler';
import { ErasePersonHandler, ErasureClock } from './personal-data/erase.handler';
import { ProfilesModule } from './profiles.module';
import { RegistrationClock } from './sdk/registration.clock';
import { BehaviourClock } from './segments/behaviour.clock';
import { CountRecipientsHandler, SegmentClocks } from './segments/segment.jobs';

/** Profiles as the worker host runs them. */
@Module({
  imports: [ProjectsModule, ProfilesModule],
  providers: [
    BehaviourClock,
    RegistrationClock,
    CountRecipientsHandler,
    SegmentClocks,
    ErasePersonHandler,
    ErasureClock,
    ChangeValuesHandler,
    ChangeValuesClock,
  ],
})
export class ProfilesWorkerModule {}
