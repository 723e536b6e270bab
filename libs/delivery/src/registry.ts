import type { ProviderDefinition } from './contract';
import { fcm } from './providers/fcm/fcm';
import { smpp } from './providers/smpp/smpp';
import { smtp } from './providers/smtp/smtp';

/** Every provider, in the order in which a form shows them. */
export const providers: readonly ProviderDefinition[] = [fcm, smtp, smpp];

/** The provider of a key, or undefined. */
export function getProvider(key: string): ProviderDefinition | undefined {
  return providers.find((provider) => provider.key === key);
}
