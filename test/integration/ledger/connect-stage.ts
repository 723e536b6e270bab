import { mutate } from '../../support/campaign-stage';
import type { ContentStage } from '../content/stage';

/** A connection to a new account at Optimove, with a channel of mobile push. */
export async function connectStage(
  { graphql, control }: Pick<ContentStage, 'graphql' | 'control'>,
  name: string,
  settings: object = {},
): Promise<{ connectionId: string; channelId: string }> {
  const { endpoint, apiToken } = await control<{ endpoint: string; apiToken: string }>('POST', '/tenants', { name });
  const { connection } = await mutate<{ connection: { id: string } }>(
    graphql,
    'createConnection',
    'CreateConnectionInput',
    'connection { id }',
    { name, endpoint, apiToken, ...settings },
  );
  const { channel } = await mutate<{ channel: { id: string } }>(
    graphql,
    'addChannel',
    'AddChannelInput',
    'channel { id }',
    { connectionId: connection.id, kind: 'MOBILE_PUSH', name: 'Xtremepush' },
  );
  return { connectionId: connection.id, channelId: channel.id };
}
