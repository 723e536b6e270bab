import { hash } from 'node:crypto';
import type { OptimoveCallback } from '@libs/optimove-client';

/** One customer who met the trigger, as the callback told it. */
export type Trigger = OptimoveCallback & { customerId: string; templateId: string };

/** What makes two callbacks the same occurrence: everything they say, whatever the order of their keys. */
export function fingerprintOf(trigger: Trigger): Buffer {
  const { parameters, ...rest } = trigger;
  return hash('sha256', JSON.stringify([Object.values(rest), sorted(parameters)]), 'buffer');
}

/** Objects as lists in the order of their keys, however deep. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return entries.map(([key, each]) => [key, sorted(each)]);
}

/** Values for the names that the content asks for: event parameters in any case, promo codes and notes. */
export function valuesOf(trigger: Trigger, names: string[]): (string | null)[] {
  const values = new Map(
    Object.entries(trigger.parameters).map(([name, value]) => [name.toLowerCase(), toText(value)]),
  );
  values.set('promocode', toText(trigger.promoCodes.join(', ')));
  values.set('notes', toText(trigger.notes));
  values.set('customerid', trigger.customerId);
  return names.map((name) => values.get(name.toLowerCase()) ?? null);
}

const longestValue = 10_000;

function toText(value: unknown): string | null {
  if (value === null || value === undefined || value === '') return null;
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text
    .slice(0, longestValue)
    .replaceAll('\u0000', '')
    .replaceAll(/\p{Surrogate}/gu, '');
}
