import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretFiles } from './secrets';

describe('the secrets of an installation', () => {
  let parent: string;
  let secrets: SecretFiles;

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'secrets-'));
    secrets = new SecretFiles(join(parent, 'secrets'));
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  it('makes the encryption key once, in a file that only this account reads', () => {
    const made = secrets.encryptionKeys();

    expect(made).toMatch(/^local:[A-Za-z0-9+/]{43}=$/);
    expect(secrets.encryptionKeys()).toBe(made);
    expect(statSync(join(parent, 'secrets', 'encryption-keys')).mode & 0o777).toBe(0o600);
    expect(statSync(join(parent, 'secrets')).mode & 0o777).toBe(0o700);
  });

  it('has nothing to say about a secret that was never kept', () => {
    expect(secrets.read('api-key')).toBeNull();
  });
});
