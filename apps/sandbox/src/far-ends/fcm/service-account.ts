import { generateKeyPair, type KeyObject, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

/** A Google service account made for this run: its JSON for the sender but for `token_uri`, its public key for the token endpoint. */
export interface ServiceAccount {
  credentials: Record<string, string>;
  publicKey: KeyObject;
}

const projectId = 'far-end-sandbox';
const clientEmail = `push@${projectId}.iam.gserviceaccount.com`;

/** Makes a key pair and the service-account JSON that Google's console offers for download, `token_uri` left out. */
export async function createServiceAccount(): Promise<ServiceAccount> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const credentials = {
    type: 'service_account',
    project_id: projectId,
    private_key_id: randomBytes(20).toString('hex'),
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    client_email: clientEmail,
    client_id: '100000000000000000000',
    auth_uri: 'https://accounts.google.com/o/oauth2/auth',
    auth_provider_x509_cert_url: 'https://www.googleapis.com/oauth2/v1/certs',
    client_x509_cert_url: `https://www.googleapis.com/robot/v1/metadata/x509/${encodeURIComponent(clientEmail)}`,
    universe_domain: 'googleapis.com',
  };
  return { credentials, publicKey };
}
