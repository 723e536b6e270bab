import { timingSafeEqual } from 'node:crypto';
import fastify, { type FastifyInstance } from 'fastify';
import { controlRoutes } from './control/control-routes';
import { ControlInputError } from './control/read-input';
import type { FarEnds } from './far-ends';
import type { PageLimits } from './optimove/customers';
import { optimoveRoutes } from './optimove/optimove-routes';
import { startPage } from './start-page';
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
  guardControl(app, controlKey);
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error instanceof ControlInputError ? 400 : (error.statusCode ?? 500);
    return reply.code(status).send({ error: error.message });
  });
  app.get('/', (_request, reply) => reply.type('text/html; charset=utf-8').send(startPage(tenants)));
  app.get('/control/endpoints', () => farEnds?.endpoints ?? {});
  controlRoutes(app, { tenants, endpoint: () => `${at.url}/current/` });
  optimoveRoutes(app, {
    tenants,
    limits: options.pages ?? { usual: 10_000, most: 200_000 },
    onCall: options.onCall ?? (async () => undefined),
  });
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

/** Clients of all ages call: a body that claims to be nothing is read as JSON too. */
function acceptAnyBody(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    if (body === '') return done(null, undefined);
    try {
      done(null, JSON.parse(String(body)));
    } catch {
      done(Object.assign(new Error('Bad Request'), { statusCode: 400 }));
    }
  });
}

function guardControl(app: FastifyInstance, controlKey: string | null): void {
  if (controlKey === null) return;
  const expected = Buffer.from(controlKey);
  app.addHook('onRequest', async (request, reply) => {
    if (!request.url.toLowerCase().startsWith('/control/')) return;
    const given = Buffer.from(String(request.headers['x-control-key'] ?? ''));
    if (given.length === expected.length && timingSafeEqual(given, expected)) return;
    await reply.code(401).send({ error: 'Send the control key as x-control-key' });
  });
}
