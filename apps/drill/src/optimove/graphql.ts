import type { StageChannel } from './stage';

/** Speaks to the api with the first project's key. */
export class GraphqlClient {
  private readonly authorization: Record<string, string>;

  constructor(
    private readonly apiUrl: string,
    key: string,
  ) {
    this.authorization = { authorization: `Bearer ${key}` };
  }

  /** Runs a mutation of one `input`. @throws with the user errors. */
  async mutate<T>(field: string, inputType: string, selection: string, input: object): Promise<T> {
    const document = `mutation ($input: ${inputType}!) { ${field}(input: $input) { ${selection} userErrors { message } } }`;
    const data = await this.ask<Record<string, T & { userErrors: unknown[] }>>(document, { input });
    const payload = data[field];
    if (!payload || payload.userErrors.length > 0) throw new Error(`${field}: ${JSON.stringify(payload?.userErrors)}`);
    return payload;
  }

  /** @throws with the errors of the answer. */
  async ask<T>(query: string, variables: object = {}): Promise<T> {
    const answer = await fetch(`${this.apiUrl}/graphql`, {
      method: 'POST',
      headers: { ...this.authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await answer.json()) as { data: T; errors?: unknown };
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  }

  async upload(path: string, csv: string): Promise<void> {
    const headers = { ...this.authorization, 'content-type': 'text/csv' };
    const answer = await fetch(`${this.apiUrl}${path}`, { method: 'POST', headers, body: csv });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  }
}

/** What every campaign of a drill says. */
export const content = { mobilePush: { title: 'Hello {{ FirstName }}', body: 'A bonus of {{ BonusAmount }}' } };

/** Adds a channel and launches a campaign on it. */
export async function addChannelWithCampaign(
  graphql: GraphqlClient,
  connectionId: string,
  kind: 'MOBILE_PUSH' | 'TRIGGERED',
  campaign: { name: string; content: object } = { name: `Drill ${kind}`, content },
): Promise<StageChannel> {
  const { channel } = await graphql.mutate<{ channel: { id: string; optimoveChannelId: number } }>(
    'addChannel',
    'AddChannelInput',
    'channel { id optimoveChannelId }',
    { connectionId, kind },
  );
  const created = await graphql.mutate<{ campaign: { id: string; version: number } }>(
    'createCampaign',
    'CreateCampaignInput',
    'campaign { id version }',
    { channelId: channel.id, ...campaign },
  );
  const launched = await graphql.mutate<{ campaign: { publication: { optimoveTemplateId: string } } }>(
    'launchCampaign',
    'LaunchCampaignInput',
    'campaign { publication { optimoveTemplateId } }',
    created.campaign,
  );
  const { optimoveChannelId } = channel;
  return { optimoveChannelId, templateId: Number(launched.campaign.publication.optimoveTemplateId) };
}
