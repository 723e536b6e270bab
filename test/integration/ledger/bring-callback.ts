import { randomUUID } from 'node:crypto';
import { ConnectionsService } from '@modules/connections';
import { AcceptCallback, type AcceptedCall } from '../../../src/campaigns/execution/accept-callback';
import type { ContentStage } from '../content/stage';

/** A callback of Optimove about a campaign, on channel 506 unless told. */
export interface Told {
  connectionId: string;
  EventTypeID: number;
  CampaignID: number | string;
  /** What it bears, as Optimove writes it; none where it is not there. */
  TimeStamp?: string;
  receivedAt: Date;
  /** What else it says. */
  and?: object;
}

/** Has the api accept a callback as if Optimove had just made it. */
export async function bringCallback(
  { app }: Pick<ContentStage, 'app'>,
  { connectionId, receivedAt, and, ...body }: Told,
): Promise<AcceptedCall | null> {
  const connection = await app.get(ConnectionsService).find(connectionId);
  if (!connection) throw new Error('There is no connection');
  return app.get(AcceptCallback, { strict: false }).accept({
    connection,
    kind: `event-${body.EventTypeID}`,
    contentType: 'application/json',
    body: Buffer.from(JSON.stringify({ ...body, ChannelID: 506, ...and })),
    isCut: false,
    receivedAt,
    from: '127.0.0.1',
    callId: randomUUID(),
    isAgain: false,
  });
}
