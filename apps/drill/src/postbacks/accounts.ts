import type { GraphqlClient } from '../optimove/graphql';
import { control } from '../optimove/http';
import type { ProofWorld } from './proof-world';

interface Endpoints {
  fcmServiceAccount: object;
  fcmBaseUrl: string;
  smtpHost: string;
  smtpPort: number;
  smscHost: string;
  smscPort: number;
  smscSystemId: string;
  smscPassword: string;
}

/** Adds an account at each far end of the sandbox and has mails reported on to the one for e-mail. */
export async function addAccounts(world: ProofWorld, graphql: GraphqlClient): Promise<void> {
  const ends = await control<Endpoints>(world, 'GET', '/endpoints');
  await add(graphql, 'fcm', { serviceAccount: JSON.stringify(ends.fcmServiceAccount), baseUrl: ends.fcmBaseUrl });
  await add(graphql, 'smpp', {
    ...{ host: ends.smscHost, port: String(ends.smscPort) },
    ...{ systemId: ends.smscSystemId, password: ends.smscPassword },
  });
  const mail = { host: ends.smtpHost, port: String(ends.smtpPort), allowsPlain: 'true' };
  const id = await add(graphql, 'smtp', mail);
  const { url } = await graphql.ask<{ url: string }>('query ($id: ID!) { url: providerReportAddress(id: $id) }', {
    id,
  });
  await control(world, 'PUT', '/far-ends/email/reports', { url });
}

async function add(graphql: GraphqlClient, provider: string, settings: Record<string, string>): Promise<string> {
  const { providerAccount } = await graphql.mutate<{ providerAccount: { id: string } }>(
    'createProviderAccount',
    'CreateProviderAccountInput',
    'providerAccount { id }',
    { provider, name: provider, settings: Object.entries(settings).map(([name, value]) => ({ name, value })) },
  );
  return providerAccount.id;
}
