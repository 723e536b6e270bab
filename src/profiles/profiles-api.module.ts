import { ProjectsModule } from '@modules/projects';
import { Module } from '@nestjs/common';
import { DevicesLoader } from './api/devices.loader';
import { ImportsController } from './api/imports.controller';
import { ProfilesResolver } from './api/profiles.resolver';
import { ProfilesModule } from './profiles.module';

/** Profiles as the api host serves them. */
@Module({
  imports: [ProjectsModule, ProfilesModule],
  controllers: [ImportsController],
  providers: [ProfilesResolver, DevicesLoader],
})
export class ProfilesApiModule {}
