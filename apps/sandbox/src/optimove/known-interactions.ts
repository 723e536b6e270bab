import type { Tenant } from '../tenants/tenant';
import { dateParameter, type OptimoveFunction, optionalInteger, Refusal } from './request';

const everyChannel = 0;

/** Events of a customer as vendors reported them, one row per report, from a day to a day. */
export const getCustomerChannelInteractions: OptimoveFunction = (call) => {
  const customerId = call.query.customerid;
  if (!customerId) throw new Refusal(400, 'CustomerID is missing');
  const from = dateParameter(call, 'StartDate');
  const to = dateParameter(call, 'EndDate');
  const channelId = optionalInteger(call, 'ChannelID', everyChannel);
  return call.tenant.interactions
    .filter((row) => channelId === everyChannel || row.ChannelID === channelId)
    .filter((row) => String(row.InteractionDate) >= from && String(row.InteractionDate) <= to)
    .filter((row) => holds(row, customerId))
    .map((row) => ({
      Date: row.InteractionDate,
      CampaignID: row.CampaignID,
      RecipientGroupID: row.RecipientGroupID ?? 1,
      ActionID: 12,
      ChannelID: row.ChannelID,
      TemplateID: row.TemplateID,
      EventID: row.EventID,
    }));
};

function holds({ CustomerIDs }: Tenant['interactions'][number], customerId: string): boolean {
  return Array.isArray(CustomerIDs) && CustomerIDs.includes(customerId);
}
