import type { AddressInfo } from 'node:net';
import type { FaultSwitch } from '../faults/fault-switch';
import type { Inbox } from '../inbox/inbox';
import { type Listening, listen } from '../listening';
import { createFcmServer } from './fcm-server';
import { createServiceAccount } from './service-account';

/** The running FCM far end and what a sender needs to reach it. */
export interface RunningFcm {
  listening: Listening;
  baseUrl: string;
  tokenUrl: string;
  serviceAccount: Record<string, string>;
}

/** Starts the FCM far end with a service account of its own. */
export async function startFcm(options: {
  host: string;
  port: number;
  faults: FaultSwitch;
  inbox: Inbox;
}): Promise<RunningFcm> {
  const { host, port, faults, inbox } = options;
  const account = await createServiceAccount();
  const server = createFcmServer({ account, tokenUrl: () => `${baseUrl()}/token`, faults, inbox });
  const baseUrl = () => `http://${host}:${(server.address() as AddressInfo).port}`;
  const listening = await listen(server, { host, port });
  const tokenUrl = `${baseUrl()}/token`;
  return { listening, baseUrl: baseUrl(), tokenUrl, serviceAccount: { ...account.credentials, token_uri: tokenUrl } };
}
