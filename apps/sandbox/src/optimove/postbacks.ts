import type { PostedMetric } from '../tenants/tenant';
import {
  customerIdsField,
  integerField,
  knownChannel,
  listBody,
  type OptimoveCall,
  type OptimoveCategory,
  type OptimoveFunction,
  objectBody,
  optionalIntegerField,
  optionalText,
  Refusal,
  textField,
  writeFor,
} from './request';

const mostRows = 100;
const mostPreferences = 50_000;
const mostInteractions = 10_000;
/** Sent, delivered, opened, clicked, unsubscribed, dropped, spam report, bounced. */
const metricIds = [0, 1, 2, 3, 4, 5, 6, 9];
/** As the metrics, but a bounce is 7. */
const eventIds = [0, 1, 2, 3, 4, 5, 6, 7];

const updateCampaignMetrics: OptimoveFunction = (call) => {
  const rows = listBody(call, mostRows).map((item) => ({
    campaignId: integerField(item, 'CampaignID'),
    channelId: knownChannel(call, integerField(item, 'ChannelID')),
    templateId: integerField(item, 'TemplateID'),
    metricId: knownId(item, { field: 'MetricID', known: metricIds }),
    value: integerField(item, 'MetricValue'),
  }));
  for (const row of rows) addMetric(call, row);
  return null;
};

const updateCampaignInteractions: OptimoveFunction = (call) => {
  const body = objectBody(call);
  for (const name of ['CampaignID', 'TemplateID']) integerField(body, name);
  knownChannel(call, integerField(body, 'ChannelID'));
  knownId(body, { field: 'EventID', known: eventIds });
  optionalIntegerField(body, 'RecipientGroupID');
  optionalText(body, 'AppID');
  dayField(body, 'InteractionDate');
  customerIdsField(body, mostInteractions);
  call.tenant.interactions.push(body);
  return null;
};

const setCustomerChannelPreference: OptimoveFunction = (call) => {
  const body = objectBody(call);
  knownChannel(call, integerField(body, 'ChannelID'));
  integerField(body, 'CommunicationMode');
  optionalText(body, 'AppID');
  customerIdsField(body, mostPreferences);
  call.tenant.preferences.push(body);
  return null;
};

/** What vendors report back. */
export const postbackFunctions: OptimoveCategory = {
  UpdateCampaignMetrics: writeFor(updateCampaignMetrics),
  UpdateCampaignInteractions: writeFor(updateCampaignInteractions),
  SetCustomerChannelPreference: writeFor(setCustomerChannelPreference),
};

/** Whether values replace or add up is not established: both are kept, for the client under test to be checked either way. */
function addMetric({ tenant }: OptimoveCall, row: Omit<PostedMetric, 'sum' | 'posts'>): void {
  const key = [row.campaignId, row.channelId, row.templateId, row.metricId].join(' ');
  const { sum, posts } = tenant.metrics.get(key) ?? { sum: 0, posts: 0 };
  tenant.metrics.set(key, { ...row, sum: sum + row.value, posts: posts + 1 });
}

function knownId(item: Record<string, unknown>, { field, known }: { field: string; known: number[] }): number {
  const id = integerField(item, field);
  if (known.includes(id)) return id;
  throw new Refusal(400, `${field} must be one of ${known.join(', ')}`);
}

function dayField(object: Record<string, unknown>, name: string): void {
  const day = textField(object, name);
  if (/^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day))) return;
  throw new Refusal(400, `${name} must be YYYY-MM-DD`);
}
