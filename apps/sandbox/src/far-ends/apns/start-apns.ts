import { type Listening, listen } from '../listening';
import { type ApnsAccount, createApnsAccount } from './apns-account';
import { type ApnsParts, createApnsServer } from './apns-server';

/** The running APNs far end and what a sender needs to reach it. */
export interface RunningApns {
  listening: Listening;
  baseUrl: string;
  account: ApnsAccount;
}

/** Starts the APNs far end with a developer account of its own. */
export async function startApns({
  host,
  port,
  ...parts
}: Omit<ApnsParts, 'account'> & { host: string; port: number }): Promise<RunningApns> {
  const account = await createApnsAccount();
  const listening = await listen(createApnsServer({ ...parts, account }), { host, port });
  return { listening, baseUrl: `http://${host}:${listening.port}`, account };
}
