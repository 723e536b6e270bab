import { systemLinks } from './system-links';

const system = new Map([['url', systemLinks]]);

/**
 * What a template sees of one customer: only texts, numbers, booleans and lists of them, in maps, so that nothing of
 * the language can be reached through a name. `user` holds the stored attributes, `system.url` our links.
 */
export function toTemplateValues(person: Record<string, unknown>): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (const [name, value] of Object.entries(person)) {
    if (name === 'user') values.set(name, isRecord(value) ? plainMap(value) : new Map());
    else values.set(name, toPlain(value));
  }
  return values.set('system', system);
}

function plainMap(record: Record<string, unknown>): Map<string, unknown> {
  return new Map(Object.entries(record).map(([name, value]) => [name, toPlain(value)]));
}

function toPlain(value: unknown): unknown {
  if (value === null || ['string', 'number', 'boolean', 'undefined'].includes(typeof value)) return value;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => (Array.isArray(item) ? JSON.stringify(item) : toPlain(item)));
  return JSON.stringify(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
