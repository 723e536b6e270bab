import { UnreadableReportError } from './unreadable-report';

/** @throws {UnreadableReportError} when the text is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UnreadableReportError('The body is not valid JSON', { cause });
  }
}

/** Whether a value is an object with names. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object at a name; an empty one where there is none. */
export function objectAt(value: Record<string, unknown>, name: string): Record<string, unknown> {
  const found = value[name];
  return isObject(found) ? found : {};
}

/** The objects of the list at a name. */
export function objectsAt(value: Record<string, unknown>, name: string): Record<string, unknown>[] {
  const found = value[name];
  return Array.isArray(found) ? found.filter(isObject) : [];
}

/** The text at a name; empty where there is none. */
export function textAt(value: Record<string, unknown>, name: string): string {
  const found = value[name];
  return typeof found === 'string' ? found : '';
}
