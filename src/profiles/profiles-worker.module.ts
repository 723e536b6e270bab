import { ProjectsModule } from '@modules/projects';
import { Module } from '@nestjs/common';
import { ProfilesModule } from './profiles.module';
import { CountRecipientsHandler, SegmentClocks } from './segments/segment.jobs';

/** Profiles as the worker host runs them. */
@Module({
  imports: [ProjectsModule, ProfilesModule],
  providers: [CountRecipientsHandler, SegmentClocks],
})
export class ProfilesWorkerModule {}
