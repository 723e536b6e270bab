import { apnsEnvironments, pushServices } from '@libs/delivery';
import { registerEnumType } from '@nestjs/graphql';

/** {@link pushServices} as GraphQL has them. */
export const PushServiceEnum = Object.fromEntries(pushServices.map((service) => [service, service]));
registerEnumType(PushServiceEnum, {
  name: 'PushService',
  description: 'Who gives apps their push tokens and takes the messages for them: Google’s FCM or Apple’s APNs.',
});

/** {@link apnsEnvironments} as GraphQL has them. */
export const ApnsEnvironmentEnum = Object.fromEntries(apnsEnvironments.map((name) => [name, name]));
registerEnumType(ApnsEnvironmentEnum, {
  name: 'ApnsEnvironment',
  description: 'PRODUCTION: apps from the store and TestFlight. SANDBOX: apps that a developer installed.',
});
