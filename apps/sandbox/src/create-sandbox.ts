import fastify from 'fastify';
import { controlRoutes } from './control/control-routes';
import { acceptAnyBody, answerErrors } from './edges/bodies-and-errors';
import { guardControl } from './edges/control-guard';
import type { FarEnds } from './far-ends';

import { optimoveRoutes } from './optimove/optimove-routes';
import type { PageLimits } from './optimove/recipient-page';
import { saveEventRoutes } from './optimove/save-event';
import { startPage } from './start-page';
import { storageRoutes } from './storage/storage-routes';
import { TenantStore } from './tenants/tenant-store';

/** How to open the box. */
export interface SandboxOptions {
  /** 127.0.0.1 when absent. */
  host?: string;
  /** Any free port when absent. */
  port?: number;
  /** The control API asks for this as `x-control-key`; open when absent. */
  controlKey?: string | null;
  /** Shown beside Optimove; closed with the box. */
  farEnds?: FarEnds | null;
  /** Called with every call of the Optimove API before it is answered. */
  onCall?: (path: string, query: Record<string, string>) => Promise<void>;
  /** Rows of a recipient page: 10,000 usually, 200,000 at most. */
  pages?: PageLimits;
}

/** An open box. */
export interface Sandbox {
  /** Without a slash at the end. */
  url: string;
  port: number;
  close(): Promise<void>;
}

const largestBody = 32 * 1024 * 1024;

/** Opens an Optimove in a box. Everything is kept in memory. */
export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { host = '127.0.0.1', port = 0, controlKey = null, farEnds = null } = options;
  const app = fastify({ bodyLimit: largestBody, routerOptions: { caseSensitive: false }, forceCloseConnections: true });
  const tenants = new TenantStore();
  const at = { url: '' };
  acceptAnyBody(app);
  answerErrors(app);
  if (controlKey !== null) guardControl(app, controlKey);
  app.get('/', (_request, reply) => reply.type('text/html; charset=utf-8').send(startPage(tenants)));
  app.get('/control/endpoints', () => farEnds?.endpoints ?? {});
  controlRoutes(app, { tenants, endpoint: () => `${at.url}/current/` });
  optimoveRoutes(app, {
    tenants,
    limits: options.pages ?? { usual: 10_000, most: 200_000 },
    onCall: options.onCall ?? (async () => undefined),
  });
  saveEventRoutes(app, tenants);
  storageRoutes(app, tenants);
  farEnds?.routes(app);
  await app.listen({ host, port });
  const address = app.server.address();
  const bound = typeof address === 'object' && address ? address.port : port;
  at.url = `http://${host}:${bound}`;
  return {
    url: at.url,
    port: bound,
    close: async () => {
      await app.close();
      await farEnds?.close();
    },
  };
}
