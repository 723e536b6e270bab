import { type AudienceRow, audienceRows } from '../customers/audience';
import { attributeNames } from '../customers/customer';
import { takeFault } from '../tenants/faults';
import type { SandboxCampaign } from '../tenants/tenant';
import { executedCampaign } from './actions';
import { integerParameter, type OptimoveCall, type OptimoveFunction, Refusal } from './request';

/** The order of the list and how many rows a page holds at most. */
export interface PageLimits {
  /** Rows given when none are asked for. */
  usual: number;
  /** Rows given however many are asked for. */
  most: number;
}

interface Wanted {
  attributes: string[];
  delimiter: string;
}

/** Functions of the category `customers`, by lower-case name. */
export function customerFunctions(
  limits: PageLimits,
): Record<string, { method: 'GET' | 'POST'; run: OptimoveFunction }> {
  return {
    getcustomersenddetailsbychannel: {
      method: 'GET',
      run: (call) => list(call, limits, (row, campaign, values) => ({ ...sendDetails(row, campaign), ...values })),
    },
    getcustomerexecutiondetailsbycampaign: {
      method: 'GET',
      run: (call) => list(call, limits, (row, campaign, values) => ({ ...executionDetails(row, campaign), ...values })),
    },
    getcustomerattributelist: {
      method: 'GET',
      run: () => attributeNames.map((name) => ({ RealFieldName: name, Description: name, FieldType: 'String' })),
    },
  };
}

function list(
  call: OptimoveCall,
  limits: PageLimits,
  shape: (row: AudienceRow & { kind: 'customer' }, campaign: SandboxCampaign, values: object) => object,
): object[] {
  const campaign = executedCampaign(call);
  if (integerParameter(call, 'ChannelID') !== campaign.channelId) return [];
  const wanted = wantedAttributes(call);
  const { skip, top } = page(call, limits);
  return [...audienceRows(campaign.audience, skip, top)].map((row) => {
    if (row.kind === 'malformed') return brokenRow(row.position);
    return shape(row, campaign, values(row, wanted, call.tenant.joinsAttributes));
  });
}

function page(call: OptimoveCall, { usual, most }: PageLimits): { skip: number; top: number } {
  const path = 'customers';
  const skip = call.query.$skip === undefined ? 0 : integerParameter(call, '$skip');
  const asked = call.query.$top === undefined ? usual : integerParameter(call, '$top');
  const isShort = takeFault(call.tenant.faults, path, ['short-page']) !== null;
  const ignoresSkip = takeFault(call.tenant.faults, path, ['ignore-skip']) !== null;
  const top = Math.min(asked, most);
  return { skip: ignoresSkip ? 0 : skip, top: isShort ? Math.ceil(top / 3) : top };
}

function wantedAttributes(call: OptimoveCall): Wanted {
  const delimiter = call.query.customerattributesdelimiter ?? ';';
  if (delimiter !== ',' && delimiter !== ';') throw new Refusal(400, 'CustomerAttributesDelimiter must be , or ;');
  const attributes = (call.query.customerattributes ?? '').split(delimiter).filter((name) => name !== '');
  const unknown = attributes.find((name) => !attributeNames.includes(name));
  if (unknown) throw new Refusal(400, `CustomerAttributes: ${unknown} does not exist`);
  return { attributes, delimiter };
}

function values(
  { customer }: AudienceRow & { kind: 'customer' },
  { attributes, delimiter }: Wanted,
  areJoined: boolean,
): object {
  if (attributes.length === 0) return {};
  const found = attributes.map((name) => customer.attributes[name] ?? null);
  return areJoined ? { CustomerAttribute: found.join(delimiter) } : { CustomerAttributes: found };
}

function sendDetails({ customer, position }: AudienceRow & { kind: 'customer' }, campaign: SandboxCampaign): object {
  return {
    CustomerID: customer.customerId,
    TemplateID: templateAt(campaign, position),
    ScheduledTime: campaign.scheduledTime,
  };
}

function executionDetails(
  { customer, position }: AudienceRow & { kind: 'customer' },
  campaign: SandboxCampaign,
): object {
  return {
    CustomerID: customer.customerId,
    ActionID: 12,
    ChannelID: campaign.channelId,
    TemplateID: templateAt(campaign, position),
    TemplateName: `Template ${templateAt(campaign, position)}`,
    ScheduleTime: campaign.scheduledTime,
    PromoCode: 'WB23,NV10',
  };
}

function templateAt({ templateIds }: SandboxCampaign, position: number): number {
  return templateIds[position % templateIds.length] ?? 0;
}

function brokenRow(position: number): object {
  return position % 2 === 0
    ? { CustomerID: '', TemplateID: 1 }
    : { CustomerID: `broken-${position}`, ScheduledTime: 'soon' };
}
