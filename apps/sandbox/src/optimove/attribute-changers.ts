import { Readable } from 'node:stream';
import { findCustomer } from '../customers/audience';
import { changeRows } from '../tenants/daily-attributes';
import { takeFault } from '../tenants/faults';
import type { Tenant } from '../tenants/tenant';
import { type OptimoveCall, type OptimoveFunction, Refusal } from './request';

const piece = 500;

/** GetCustomerAttributeChangers: who changed one attribute from the day before to the data date, as a stream. */
export const getCustomerAttributeChangers: OptimoveFunction = (call) => {
  const { tenant, query, path } = call;
  const name = query.changedcustomerattribute ?? query.changedcustomerattributes ?? '';
  if (name === '' || /[;,]/.test(name)) throw new Refusal(400, 'ChangedCustomerAttribute must name one attribute');
  const attribute = [...tenant.attributes.values()].find((each) => each.name.toLowerCase() === name.toLowerCase());
  if (!attribute) throw new Refusal(400, `ChangedCustomerAttribute: ${name} does not exist`);
  if (!attribute.isReleased) throw new Refusal(400, `ChangedCustomerAttribute: ${name} is not enabled for this key`);
  const isCut = takeFault(tenant.faults, path, ['truncated-page']) !== null;
  const rows = changeRows(attribute.changes, { spelling: tenant.changeSpelling, further: furtherValues(call) });
  return Readable.from(text(rows, isCut));
};

/** The value of an attribute that is kept by hand, or of the made-up customer. */
export function attributeValue(tenant: Tenant, customerId: string, name: string): string | null {
  const kept = tenant.attributes.get(name);
  if (kept) return kept.values.get(customerId) ?? null;
  const audiences = [...tenant.campaigns.values()].map(({ audience }) => audience);
  return findCustomer(audiences, customerId)?.attributes[name] ?? null;
}

function furtherValues({ tenant, query }: OptimoveCall): ((customerId: string) => (string | null)[]) | null {
  const names = (query.customerattributes ?? '').split(/[;,]/).filter((name) => name !== '');
  if (names.length === 0) return null;
  return (customerId) => names.map((name) => attributeValue(tenant, customerId, name));
}

function* text(rows: Iterable<object>, isCut: boolean): Generator<string> {
  let separator = '[';
  let batch: string[] = [];
  for (const row of rows) {
    batch.push(JSON.stringify(row));
    if (batch.length < piece) continue;
    yield separator + batch.join(',');
    separator = ',';
    batch = [];
  }
  const last = batch.length > 0 || separator === '[' ? separator + batch.join(',') : '';
  yield isCut ? last.slice(0, -1) : `${last}]`;
}
