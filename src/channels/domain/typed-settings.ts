import type { ProviderDefinition, ProviderSettings, SettingField, SettingProblem } from '@libs/delivery';

/** A setting as it was typed; null or nothing clears it. */
export interface TypedSetting {
  name: string;
  value: string | null;
}

/** Settings after a change, with everything that could not be read. */
export interface ReadSettings {
  settings: ProviderSettings;
  problems: SettingProblem[];
}

/** Reads typed settings into the kinds that the provider's fields have, on top of the settings that are kept. */
export function readSettings(
  definition: ProviderDefinition,
  kept: ProviderSettings,
  typed: TypedSetting[],
): ReadSettings {
  const settings = { ...kept };
  const problems: SettingProblem[] = [];
  for (const { name, value } of typed) {
    const field = definition.fields.find((each) => each.name === name);
    const isCleared = value === null || value === '';
    const read = isCleared ? null : field ? readValue(field, value) : value;
    if (read === undefined) problems.push({ field: name, message: `${field?.label ?? name} ${expected(field)}` });
    else if (read === null) delete settings[name];
    else settings[name] = read;
  }
  return { settings, problems };
}

/** Fields that say where secrets are sent, or how well protected. */
const addressFields = ['host', 'port', 'baseUrl', 'isSecure', 'allowsPlain'];

/** Stored secrets that must be typed again, because the change would send them somewhere else. */
export function secretsToRepeat(
  definition: ProviderDefinition,
  { before, after, typed }: { before: ProviderSettings; after: ProviderSettings; typed: TypedSetting[] },
): SettingProblem[] {
  if (addressFields.every((name) => before[name] === after[name])) return [];
  const given = new Set(typed.map(({ name }) => name));
  return definition.fields
    .filter(({ kind, name }) => kind.startsWith('secret') && before[name] !== undefined && !given.has(name))
    .map(({ name, label }) => ({
      field: name,
      message: `${label} is needed again, so that the stored one is never sent to a new address`,
    }));
}

function readValue({ kind }: SettingField, value: string): string | number | boolean | undefined {
  const text = value.trim();
  if (kind === 'number') return text !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
  if (kind === 'boolean') return { true: true, false: false }[text];
  return kind === 'text' ? text : value;
}

function expected(field: SettingField | undefined): string {
  return field?.kind === 'boolean' ? 'must be true or false' : 'must be a number';
}
