import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Secrets of this installation, one private file each. */
export class SecretFiles {
  constructor(private readonly folder: string) {}

  /** The secret, or null when it was never kept. */
  read(name: string): string | null {
    const path = join(this.folder, name);
    return existsSync(path) ? readFileSync(path, 'utf8').trim() : null;
  }

  /** Keeps a secret, readable by this account only. */
  keep(name: string, secret: string): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    chmodSync(this.folder, 0o700);
    writeFileSync(join(this.folder, name), `${secret}\n`, { mode: 0o600 });
  }

  /** ENCRYPTION_KEYS of this installation, made once: without it nothing stored encrypted can be read again. */
  encryptionKeys(): string {
    const kept = this.read('encryption-keys');
    if (kept) return kept;
    const made = `local:${randomBytes(32).toString('base64')}`;
    this.keep('encryption-keys', made);
    return made;
  }
}
