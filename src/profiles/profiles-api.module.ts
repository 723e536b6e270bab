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
import { PreviewConversion } from './attributes/preview-conversion';
import { ExternalController } from './external/external.controller';
import { ExternalActors } from './external/external-request';
import { HitEventController } from './external/hit-event.controller';
import { HitEvents } from './external/hit-events';
import { EraseProfileResolver } from './personal-data/erase-profile.resolver';
import { PersonalDataController } from './personal-data/personal-data.controller';
import { ProfilesModule } from './profiles.module';
import { BehaviourController } from './sdk/behaviour.controller';
import { IdentifyDevice } from './sdk/identify-device';
import { RegisterDevice } from './sdk/register-device';
import { RegistrationBudget } from './sdk/registration-budget';
import { SdkController } from './sdk/sdk.controller';
import { DeviceGuard } from './sdk/sdk.guard';
import { StoreAttributes } from './sdk/store-attributes';
import { StoreBehaviour } from './sdk/store-behaviour';
import { ManageSegments } from './segments/manage-segments';
import { SegmentsResolver } from './segments/segments.resolver';

/** Profiles as the api host serves them. */
@Module({
  imports: [ProjectsModule, ProfilesModule],
  controllers: [
    ImportsController,
    SdkController,
    ExternalController,
    HitEventController,
    BehaviourController,
    PersonalDataController,
  ],
  providers: [
    ProfilesResolver,
    SubscriptionChangesResolver,
    DevicesLoader,
    AppsResolver,
    ManageApps,
    AttributesResolver,
    ManageAttributes,
    PreviewConversion,
    IdentifyDevice,
    RegistrationBudget,
    RegisterDevice,
    StoreAttributes,
    StoreBehaviour,
    DeviceGuard,
    ExternalActors,
    HitEvents,
    SegmentsResolver,
    ManageSegments,
    EraseProfileResolver,
  ],
})
export class ProfilesApiModule {}
