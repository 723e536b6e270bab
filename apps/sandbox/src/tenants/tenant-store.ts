import { randomBytes, randomUUID } from 'node:crypto';
import type { Tenant } from './tenant';

/** How to make an account. */
export interface NewTenant {
  name: string;
  ratePer10s?: number;
  joinsAttributes?: boolean;
}

const optimoveRate = 50;
const sessionMs = 20 * 60_000;

/** The accounts in the box, found by key or by an old login's token. */
export class TenantStore {
  readonly all = new Map<string, Tenant>();
  private readonly sessions = new Map<string, { tenant: Tenant; lastCall: number }>();

  create({ name, ratePer10s = optimoveRate, joinsAttributes = false }: NewTenant): Tenant {
    const tenant: Tenant = {
      id: randomUUID(),
      name,
      apiToken: randomBytes(24).toString('base64url'),
      login: {
        username: `api-${name.toLowerCase().replace(/\W+/g, '-')}`,
        password: randomBytes(12).toString('base64url'),
      },
      ratePer10s,
      joinsAttributes,
      channels: [
        { id: 506, name: 'Xtremepush' },
        { id: 510, name: 'Xtremepush Web' },
        { id: 511, name: 'Xtremepush Triggered' },
        { id: 444, name: 'Xtremepush SMS' },
      ],
      listeners: [],
      templates: [],
      apps: [],
      campaigns: new Map(),
      metrics: new Map(),
      preferences: [],
      interactions: [],
      calls: [],
      callbacks: [],
      faults: { rules: [], callbacks: {} },
    };
    this.all.set(tenant.id, tenant);
    return tenant;
  }

  byKey(key: string): Tenant | null {
    for (const tenant of this.all.values()) if (tenant.apiToken === key) return tenant;
    return null;
  }

  /** A token for the old login; valid for 20 minutes after the last call. */
  logIn(username: string, password: string): string | null {
    for (const tenant of this.all.values()) {
      if (tenant.login.username !== username || tenant.login.password !== password) continue;
      const token = randomBytes(24).toString('base64url');
      this.sessions.set(token, { tenant, lastCall: Date.now() });
      return token;
    }
    return null;
  }

  /** The account of an old token; `expired` when it is too old or unknown. */
  bySession(token: string): Tenant | 'expired' {
    const session = this.sessions.get(token);
    if (!session || Date.now() - session.lastCall > sessionMs) return 'expired';
    session.lastCall = Date.now();
    return session.tenant;
  }
}
