import { type AudienceRow, audienceRows } from '../customers/audience';
import { attributeNames } from '../customers/customer';
import type { SandboxCampaign } from '../tenants/campaign';
import { takeFault } from '../tenants/faults';
import { type OptimoveCall, optionalInteger, Refusal } from './request';

/** How many rows a page holds. */
export interface PageLimits {
  /** Rows given when none are asked for. */
  usual: number;
  /** Rows given however many are asked for. */
  most: number;
}

/** A well-formed row of a recipient list. */
export type CustomerRow = AudienceRow & { kind: 'customer' };

/** The page of a campaign's list that the call asks for, each row in the shape of the function and with its values. */
export function recipientPage(
  call: OptimoveCall,
  { limits, campaign, shape }: { limits: PageLimits; campaign: SandboxCampaign; shape: (row: CustomerRow) => object },
): object[] {
  const wanted = wantedAttributes(call);
  const { skip, top } = page(call, limits);
  return Array.from(audienceRows(campaign.audience, skip, top), (row) =>
    row.kind === 'malformed' ? brokenRow(row.position) : { ...shape(row), ...values(call, row, wanted) },
  );
}

function page(call: OptimoveCall, { usual, most }: PageLimits): { skip: number; top: number } {
  const { tenant, path } = call;
  const skip = optionalInteger(call, '$skip', 0);
  const top = Math.min(optionalInteger(call, '$top', usual), most);
  const isShort = takeFault(tenant.faults, path, ['short-page']) !== null;
  const ignoresSkip = takeFault(tenant.faults, path, ['ignore-skip']) !== null;
  return { skip: ignoresSkip ? 0 : skip, top: isShort ? Math.ceil(top / 3) : top };
}

/** Names in the order asked for. Old clients name them with `;` whatever delimiter they want in the answer. */
function wantedAttributes({ tenant, query }: OptimoveCall): string[] {
  const names = (query.customerattributes ?? '').split(/[;,]/).filter((name) => name !== '');
  return names.map((name) => {
    const kept = tenant.attributes.get(name);
    if (kept?.isReleased) return kept.name;
    const known = attributeNames.find((attribute) => attribute.toLowerCase() === name.toLowerCase());
    if (!known) throw new Refusal(400, `CustomerAttributes: ${name} does not exist`);
    return known;
  });
}

function values({ tenant, query }: OptimoveCall, { customer }: CustomerRow, wanted: string[]): object {
  const delimiter = query.customerattributesdelimiter ?? ';';
  if (delimiter !== ',' && delimiter !== ';') throw new Refusal(400, 'CustomerAttributesDelimiter must be , or ;');
  if (wanted.length === 0) return {};
  const found = wanted.map(
    (name) => tenant.attributes.get(name)?.values.get(customer.customerId) ?? customer.attributes[name] ?? null,
  );
  return tenant.joinsAttributes ? { CustomerAttribute: found.join(delimiter) } : { CustomerAttributes: found };
}

function brokenRow(position: number): object {
  return position % 2 === 0
    ? { CustomerID: '', TemplateID: 1 }
    : { CustomerID: `broken-${position}`, ScheduledTime: 'soon' };
}
