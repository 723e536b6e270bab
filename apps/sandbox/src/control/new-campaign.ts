import type { Audience } from '../customers/audience';
import { mostCustomers } from '../customers/customer';
import { type CustomerMix, peculiarities, plainMix } from '../customers/mix';
import { type SandboxCampaign, stamp } from '../tenants/campaign';
import type { Tenant } from '../tenants/tenant';
import { ControlInputError, type Fields, fieldsOf, integer, integers, text } from './read-input';

const firstCampaignId = 20_417;
const usualSteps = 5;
const mostSteps = 1_000;
const wireTime = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/;
const isoTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}.*(Z|[+-]\d{2}:?\d{2})$/;

/** The campaign that is ordered. @throws {ControlInputError} naming the field. */
export function newCampaign(tenant: Tenant, fields: Fields): SandboxCampaign {
  return {
    id: firstCampaignId + tenant.campaigns.size,
    name: text(fields, 'name', 'Campaign'),
    channelId: knownChannelId(tenant, fields),
    templateIds: integers(fields, 'templateIds'),
    unlistedTemplateIds: fields.unlistedTemplateIds === undefined ? [] : integers(fields, 'unlistedTemplateIds'),
    audience: audienceOf(fields.customers),
    scheduledTimes: timesOf(fields.scheduledTime),
    state: 'PLANNED',
    executedOn: null,
  };
}

/** The channel that is named. @throws {ControlInputError} when the account does not have it. */
export function knownChannelId(tenant: Tenant, fields: Fields): number {
  const channelId = integer(fields, 'channelId');
  if (tenant.channels.some(({ id }) => id === channelId)) return channelId;
  throw new ControlInputError(`channelId ${channelId} is not known`);
}

function audienceOf(value: unknown): Audience {
  const fields = fieldsOf(value, 'customers');
  const count = integer(fields, 'count');
  if (count > mostCustomers) throw new ControlInputError(`customers.count must be at most ${mostCustomers}`);
  return { count, seed: integer(fields, 'seed', 1), mix: mixOf(fields.mix) };
}

function mixOf(value: unknown): CustomerMix {
  const mix = { ...plainMix };
  for (const [name, share] of Object.entries(value === undefined ? {} : fieldsOf(value, 'mix'))) {
    if (!(name in plainMix))
      throw new ControlInputError(`mix.${name} is not known; known are ${Object.keys(plainMix).join(', ')}`);
    if (typeof share !== 'number' || share < 0 || share > 1)
      throw new ControlInputError(`mix.${name} must be from 0 to 1`);
    mix[name as keyof CustomerMix] = share;
  }
  // Shares like 0.1 do not add up exactly.
  if (peculiarities.reduce((sum, name) => sum + mix[name], 0) > 1.000_001)
    throw new ControlInputError(`mix: ${peculiarities.join(', ')} must sum to 1 at most`);
  return mix;
}

function timesOf(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') return [stamp(timeOf(value))];
  const fields = fieldsOf(value, 'scheduledTime');
  const from = timeOf(text(fields, 'from')).getTime();
  const to = timeOf(text(fields, 'to')).getTime();
  const steps = integer(fields, 'steps', usualSteps);
  if (to < from || steps < 2 || steps > mostSteps)
    throw new ControlInputError(`scheduledTime must have from, a later to, and 2 to ${mostSteps} steps`);
  return Array.from({ length: steps }, (_, step) => stamp(new Date(from + ((to - from) * step) / (steps - 1))));
}

function timeOf(value: string): Date {
  const time = new Date(wireTime.test(value) ? `${value.replace(' ', 'T')}Z` : value);
  if ((wireTime.test(value) || isoTime.test(value)) && !Number.isNaN(time.getTime())) return time;
  throw new ControlInputError('scheduledTime must be YYYY-MM-DD HH:MM:SS in UTC or ISO 8601 with a zone');
}
