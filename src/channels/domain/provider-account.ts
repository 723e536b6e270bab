import type { ProviderDefinition, ProviderSettings, SettingField } from '@libs/delivery';

/** How an account stands. FAILED says that the last live check failed; messages are still tried. */
export const providerAccountStates = ['ACTIVE', 'FAILED', 'DELETED'] as const;

/** One of {@link providerAccountStates}. */
export type ProviderAccountState = (typeof providerAccountStates)[number];

const shortestShownSecret = 12;

/** Settings apart: what may be shown, and what is sealed. */
export function splitSettings(
  definition: ProviderDefinition,
  settings: ProviderSettings,
): { plain: ProviderSettings; secrets: ProviderSettings } {
  const isSecret = new Set(definition.fields.filter(({ kind }) => kind.startsWith('secret')).map(({ name }) => name));
  const pick = (wanted: boolean): ProviderSettings =>
    Object.fromEntries(Object.entries(settings).filter(([name]) => isSecret.has(name) === wanted));
  return { plain: pick(false), secrets: pick(true) };
}

/** What tells secrets apart without giving them away: the end of a long text, nothing of a document or short one. */
export function hintsOf(secrets: ProviderSettings): Record<string, string> {
  return Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name, hintOf(String(value))]));
}

function hintOf(secret: string): string {
  const isPlain = /^\S+$/.test(secret) && !secret.startsWith('{');
  return isPlain && secret.length >= shortestShownSecret ? `…${secret.slice(-4)}` : '…';
}

/** A setting as it may be shown. */
export interface ShownSetting {
  name: string;
  isSecret: boolean;
  hasValue: boolean;
  value: string | null;
  hint: string | null;
}

/** The settings of an account in the order of its provider's fields; of secrets only that they are there. */
export function settingsShown(
  fields: SettingField[],
  account: { settings: ProviderSettings; secretHints: Record<string, string> },
): ShownSetting[] {
  return fields.map(({ name, kind }) => {
    const isSecret = kind.startsWith('secret');
    const hint = account.secretHints[name] ?? null;
    const value = account.settings[name];
    if (isSecret) return { name, isSecret, hasValue: hint !== null, value: null, hint };
    return { name, isSecret, hasValue: value !== undefined, value: value === undefined ? null : String(value), hint };
  });
}
