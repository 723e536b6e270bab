import type { AttributeTarget, AttributeType } from '../attribute';

/** An attribute as rules see it; system attributes are columns of the profile or of the device. */
export interface KnownAttribute {
  type: AttributeType;
  target: AttributeTarget;
  column?: string;
}

/** Attributes that every profile, or every device, has. They come before custom ones of the same name. */
export const systemAttributes: ReadonlyMap<string, KnownAttribute> = new Map([
  ...['user_id', 'email', 'mobile_number', 'language', 'country'].map((name) => [name, text(name)] as const),
  ['timezone', text('time_zone')] as const,
  ['created_at', { type: 'DATE', target: 'PROFILE', column: 'created_at' }] as const,
  ['device_language', text('language', 'DEVICE')] as const,
  ['device_country', text('country', 'DEVICE')] as const,
  ['device_timezone', text('time_zone', 'DEVICE')] as const,
  ['device_app_version', text('app_version', 'DEVICE')] as const,
  ['device_browser', text('browser', 'DEVICE')] as const,
  ['device_apns_environment', text('apns_environment', 'DEVICE')] as const,
  ['device_last_seen', { type: 'DATE', target: 'DEVICE', column: 'last_seen_at' }] as const,
]);

function text(column: string, target: AttributeTarget = 'PROFILE'): KnownAttribute {
  return { type: 'STRING', target, column };
}

/** Attributes by name: those that every profile has, and the project's own. */
export type KnownAttributes = ReadonlyMap<string, KnownAttribute>;

/** Puts both together. */
export function knownAttributes(
  own: { name: string; type: AttributeType; target: AttributeTarget }[],
): KnownAttributes {
  return new Map([...own.map(({ name, type, target }) => [name, { type, target }] as const), ...systemAttributes]);
}
