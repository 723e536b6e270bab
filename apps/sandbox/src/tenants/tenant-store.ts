import { randomBytes, randomUUID } from 'node:crypto';
import type { ChangeSpelling } from './daily-attributes';
import { RateLimit } from './rate-limit';
import type { KeyAccess, Tenant } from './tenant';

/** How to make an account. */
export interface NewTenant {
  name: string;
  access: KeyAccess;
  ratePer10s: number | null;
  joinsAttributes: boolean;
  changeSpelling: ChangeSpelling;
}

const sessionMs = 20 * 60_000;

/** The accounts in the box, found by key or by an old login's token. */
export class TenantStore {
  readonly all = new Map<string, Tenant>();
  private readonly logins = new RateLimit(1_000);
  private readonly sessions = new Map<string, { tenant: Tenant; lastCall: number }>();

  create({ name, access, ratePer10s, joinsAttributes, changeSpelling }: NewTenant): Tenant {
    const tenant: Tenant = {
      id: randomUUID(),
      name,
      apiToken: randomBytes(24).toString('base64url'),
      login: {
        username: `api-${name.toLowerCase().replace(/\W+/g, '-')}`,
        password: randomBytes(12).toString('base64url'),
      },
      access,
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
      dataDate: null,
      changeSpelling,
      attributes: new Map(),
      campaigns: new Map(),
      webhooks: [],
      engagements: [],
      metrics: new Map(),
      preferences: [],
      interactions: [],
      metricToken: randomBytes(24).toString('base64url'),
      savedEvents: [],
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

  /** A token for the old login; valid for 20 minutes after the last call. At most one a second and account. */
  logIn(username: string, password: string): { token: string } | 'refused' | 'too-often' {
    const tenant = [...this.all.values()].find(
      ({ login }) => login.username === username && login.password === password,
    );
    if (!tenant) return 'refused';
    if (!this.logins.take(tenant.id, 1)) return 'too-often';
    const token = randomBytes(24).toString('base64url');
    this.sessions.set(token, { tenant, lastCall: Date.now() });
    return { token };
  }

  /** The account of an old token; `expired` when it is too old or unknown. */
  bySession(token: string): Tenant | 'expired' {
    const session = this.sessions.get(token);
    if (!session || Date.now() - session.lastCall > sessionMs) return 'expired';
    session.lastCall = Date.now();
    return session.tenant;
  }
}
