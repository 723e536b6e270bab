import { ProjectsModule } from '@modules/projects';
import { Module } from '@nestjs/common';
import { DevicesLoader } from './api/devices.loader';
import { ImportsController } from './api/imports.controller';
import { ProfilesResolver } from './api/profiles.resolver';
import { SubscriptionChangesResolver } from './api/subscription-changes.resolver';
import { AppsResolver } from './apps/apps.resolver';
import { ManageApps } from './apps/manage-apps';
import { AttributesResolver } from './attributes/attributes.resolver';
import { ManageAttributes } from './attributes/manage-attributes';
import { ExternalController } from './external/external.controller';
import { ProfilesModule } from './profiles.module';
import { IdentifyDevice } from './sdk/identify-device';
import { RegisterDevice } from './sdk/register-device';
import { SdkController } from './sdk/sdk.controller';
import { DeviceGuard } from './sdk/sdk.guard';
import { StoreAttributes } from './sdk/store-attributes';
import { ManageSegments } from './segments/manage-segments';
import { SegmentsResolver } from './segments/segments.resolver';

/** Profiles as the api host serves them. */
@Module({
  imports: [ProjectsModule, ProfilesModule],
  controllers: [ImportsController, SdkController, ExternalController],
  providers: [
    ProfilesResolver,
    SubscriptionChangesResolver,
    DevicesLoader,
    AppsResolver,
    ManageApps,
    AttributesResolver,
    ManageAttributes,
    IdentifyDevice,
    RegisterDevice,
    StoreAttributes,
    DeviceGuard,
    SegmentsResolver,
    ManageSegments,
  ],
})
export class ProfilesApiModule {}
