import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { takeFault } from '../tenants/faults';
import { RateLimit } from '../tenants/rate-limit';
import { logTo, type Tenant } from '../tenants/tenant';
import type { TenantStore } from '../tenants/tenant-store';
import { actionFunctions } from './actions';
import { logIn, tenantOf, tooManyRequests } from './credentials';
import { customerAttributes, customerFunctions, modelFunctions } from './customers';
import { generalFunctions } from './general';
import { integrationFunctions } from './integrations';
import { jsonOf, loseAnswer, misbehave } from './misbehave';
import type { PageLimits } from './recipient-page';
import {
  adminOnly,
  type OptimoveCall,
  type OptimoveCategory,
  type OptimoveRoute,
  Refusal,
  readFor,
  readQuery,
} from './request';

/** What the routes stand on. */
export interface OptimoveOptions {
  tenants: TenantStore;
  limits: PageLimits;
  onCall: (path: string, query: Record<string, string>) => Promise<void>;
}

const optimoveWindowMs = 10_000;
const prefixes = ['', '/current', '/v3.0'];

type Params = Record<string, string>;
type Answer = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** Serves the Optimove API under its three path prefixes, with names in any case. */
export function optimoveRoutes(app: FastifyInstance, options: OptimoveOptions): void {
  const functions = functionsByPath(options.limits);
  const answer = answerer(options);
  const attributes = answer(({ customerId = '' }) => adminOnly(readFor(customerAttributes(customerId))));
  const named = answer(({ category, name }) => functions.get(`${category}/${name}`.toLowerCase()));
  for (const prefix of prefixes) {
    app.all(`${prefix}/general/login`, (request, reply) => logIn(request, reply, options.tenants));
    app.all(`${prefix}/customers/:customerId/attributes`, attributes);
    app.all(`${prefix}/:category/:name`, named);
  }
}

function answerer({
  tenants,
  onCall,
}: OptimoveOptions): (find: (params: Params) => OptimoveRoute | undefined) => Answer {
  const rates = new RateLimit(optimoveWindowMs);
  return (find) => async (request, reply) => {
    const tenant = tenantOf(request, tenants);
    const call = callOf(request, tenant);
    logCall(call, request, reply);
    await onCall(request.url, call.query);
    if (!rates.take(tenant.apiToken, tenant.ratePer10s)) return tooManyRequests(reply);
    if (await misbehave(call, reply)) return reply;
    const route = allowed(find(request.params as Params), { tenant, method: request.method });
    const value = route.run(call);
    if (takeFault(tenant.faults, call.path, ['lost-answer'])) return loseAnswer(request, reply);
    if (value === null) return reply.code(200).send();
    return reply.type('application/json; charset=utf-8').send(value instanceof Readable ? value : jsonOf(call, value));
  };
}

function functionsByPath(limits: PageLimits): Map<string, OptimoveRoute> {
  const categories: Record<string, OptimoveCategory> = {
    general: generalFunctions,
    actions: actionFunctions,
    customers: customerFunctions(limits),
    integrations: integrationFunctions,
    model: modelFunctions,
  };
  return new Map(
    Object.entries(categories).flatMap(([category, functions]) =>
      Object.entries(functions).map(([name, route]) => [`${category}/${name}`.toLowerCase(), route] as const),
    ),
  );
}

function callOf(request: FastifyRequest, tenant: Tenant): OptimoveCall {
  const [path = ''] = request.url.split('?');
  return { tenant, path, query: readQuery(request), body: request.body };
}

/** The function, if it exists and the call may use it. @throws {Refusal} 404, 405 or 403. */
function allowed(route: OptimoveRoute | undefined, asked: { tenant: Tenant; method: string }): OptimoveRoute {
  if (!route) throw new Refusal(404, 'Not Found');
  if (route.method !== asked.method) throw new Refusal(405, 'Method Not Allowed');
  if (asked.tenant.access === 'INTEGRATIONS' && !route.isOpenToVendors) throw new Refusal(403, 'Forbidden');
  return route;
}

/** Logged on arrival, so that the log tells in which order calls came; the status follows. */
function logCall({ tenant, path, query }: OptimoveCall, { method }: FastifyRequest, reply: FastifyReply): void {
  const entry = { at: new Date().toISOString(), method, path, query, status: null as number | null };
  logTo(tenant.calls, entry);
  reply.raw.once('finish', () => {
    entry.status = reply.statusCode;
  });
}
