import type { ProviderSettings, SettingField, SettingProblem } from './contract';

/** Problems that follow from the fields alone: missing, unknown, wrong kind. */
export function fieldProblems(fields: SettingField[], settings: ProviderSettings): SettingProblem[] {
  const known = new Set(fields.map(({ name }) => name));
  const unknown = Object.keys(settings).filter((name) => !known.has(name));
  return [
    ...unknown.map((field) => ({ field, message: `There is no such setting; known are ${[...known].join(', ')}` })),
    ...fields.flatMap((field) => problemOf(field, settings[field.name])),
  ];
}

function problemOf(field: SettingField, value: string | number | boolean | undefined): SettingProblem[] {
  const problem = (message: string): SettingProblem[] => [{ field: field.name, message }];
  if (value === undefined || value === '')
    return field.isRequired ? problem(`${field.label} is required. ${field.help}`) : [];
  const expected = field.kind === 'number' || field.kind === 'boolean' ? field.kind : 'string';
  if (typeof value !== expected)
    return problem(`${field.label} must be a ${expected === 'string' ? 'text' : expected}`);
  if (field.kind === 'secret-json' && !isJsonObject(String(value)))
    return problem(`${field.label} must be a JSON object. ${field.help}`);
  return [];
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** A setting as text, or the fallback when it is not set. */
export function textSetting(settings: ProviderSettings, name: string, fallback = ''): string {
  const value = settings[name];
  return value === undefined || value === '' ? fallback : String(value);
}

/** A setting as a number, or the fallback when it is not set. */
export function numberSetting(settings: ProviderSettings, name: string, fallback: number): number {
  const value = settings[name];
  return typeof value === 'number' ? value : fallback;
}

/** A port problem, or none. */
export function portProblems(settings: ProviderSettings, field: string): SettingProblem[] {
  const port = settings[field];
  if (typeof port !== 'number' || (Number.isInteger(port) && port > 0 && port < 65_536)) return [];
  return [{ field, message: 'The port must be a whole number from 1 to 65535' }];
}
