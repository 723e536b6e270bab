import type { ProviderDefinition } from './contract';
import { apns } from './providers/apns/apns';
import { fcm } from './providers/fcm/fcm';
import { inApp, inbox } from './providers/kept/kept';
import { smpp } from './providers/smpp/smpp';
import { smtp } from './providers/smtp/smtp';
import { webPush } from './providers/webpush/webpush';

/** Every provider, in the order in which a form shows them. */
export const providers: readonly ProviderDefinition[] = [fcm, apns, smtp, smpp, webPush, inbox, inApp];

/** The provider of a key, or undefined. */
export function getProvider(key: string): ProviderDefinition | undefined {
  return providers.find((provider) => provider.key === key);
}
