import { type BenchInstallation, launchCampaign, mutate } from '../execution/installation';
import type { LoadTarget } from './open-load';

/** A triggered channel with a live template whose people are known, each with a phone: where its callbacks go. */
export async function ourTarget(installation: BenchInstallation, ids: string[]): Promise<LoadTarget> {
  const { graphql, control, tenant, connectionId, sinkUrl, importCsv } = installation;
  const { channel } = await mutate<{ channel: { id: string; optimoveChannelId: number } }>(
    graphql,
    { field: 'addChannel', type: 'AddChannelInput', selection: 'channel { id optimoveChannelId }' },
    { connectionId, kind: 'TRIGGERED', name: 'Xtremepush Triggered' },
  );
  const templateID = Number(await launchCampaign(graphql, { channelId: channel.id, name: 'Triggered' }));
  await importCsv('/imports/profiles', `userId\n${ids.join('\n')}\n`);
  await importCsv(
    '/imports/devices',
    `userId,token,platform\n${ids.map((id) => `${id},token-${id},ANDROID`).join('\n')}\n`,
  );
  const listeners = await control<{ eventTypeId: number; listenerUrl: string }[]>(
    'GET',
    `/tenants/${tenant.id}/listeners`,
  );
  const callbackUrl = listeners.find(({ eventTypeId }) => eventTypeId === 11)?.listenerUrl ?? '';
  let occurrence = 0;
  const bodyOf = (customerID: string): string => {
    occurrence += 1;
    return JSON.stringify({
      eventTypeID: 11,
      timeStamp: stamp(),
      customerID,
      campaignID: 'bench',
      channelID: channel.optimoveChannelId,
      templateID,
      FirstName: 'A',
      BonusAmount: occurrence,
      FavouriteGame: 'Roulette',
    });
  };
  return { callbackUrl, sinkUrl, bodyOf };
}

function stamp(): string {
  return new Date().toISOString().slice(0, 19).replace('T', ' ');
}
