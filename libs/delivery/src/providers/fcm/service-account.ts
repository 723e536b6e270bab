import { createPrivateKey } from 'node:crypto';
import type { SettingProblem } from '../../contract';

/** What we use of a Google service account file. */
export interface ServiceAccount {
  projectId: string;
  clientEmail: string;
  privateKey: string;
  tokenUri: string;
}

const defaultTokenUri = 'https://oauth2.googleapis.com/token';

/** Reads the JSON of a service account. */
export function readServiceAccount(json: string): ServiceAccount | SettingProblem {
  const problem = (message: string): SettingProblem => ({ field: 'serviceAccount', message });
  const file = JSON.parse(json) as Record<string, unknown>;
  const missing = ['project_id', 'client_email', 'private_key'].filter((name) => typeof file[name] !== 'string');
  if (missing.length > 0) {
    return problem(`The service account lacks ${missing.join(', ')}; download it again from the Firebase console`);
  }
  if (!isPrivateKey(String(file.private_key))) return problem('private_key of the service account is not a PEM key');
  return {
    projectId: String(file.project_id),
    clientEmail: String(file.client_email),
    privateKey: String(file.private_key),
    tokenUri: typeof file.token_uri === 'string' ? file.token_uri : defaultTokenUri,
  };
}

function isPrivateKey(pem: string): boolean {
  try {
    createPrivateKey(pem);
    return true;
  } catch {
    return false;
  }
}
