export type { ContactRow, DeadAddress, ReachRow } from './domain/reach';
export { type Subscription, subscriptions } from './domain/subscription';
export { ProfilesModule } from './profiles.module';
export { ProfilesService } from './profiles.service';
export { ProfilesApiModule } from './profiles-api.module';
