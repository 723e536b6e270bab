import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { takeFault } from '../tenants/faults';
import { RateLimit } from '../tenants/rate-limit';
import { logTo, type Tenant } from '../tenants/tenant';
import type { TenantStore } from '../tenants/tenant-store';
import { actionFunctions } from './actions';
import { customerFunctions, type PageLimits } from './customers';
import { generalFunctions } from './general';
import { integrationFunctions } from './integrations';
import { answerText, type OptimoveFunction, objectBody, Refusal, readQuery } from './request';

/** What the routes stand on. */
export interface OptimoveOptions {
  tenants: TenantStore;
  limits: PageLimits;
  onCall: (path: string, query: Record<string, string>) => Promise<void>;
}

const prefixes = ['', '/current', '/v3.0'];
const hangMs = 120_000;

/** Serves the Optimove API under its three path prefixes, with names in any case. */
export function optimoveRoutes(app: FastifyInstance, { tenants, limits, onCall }: OptimoveOptions): void {
  const rates = new RateLimit();
  const categories: Record<string, Record<string, { method: string; run: OptimoveFunction }>> = {
    general: generalFunctions,
    actions: actionFunctions,
    customers: customerFunctions(limits),
    integrations: integrationFunctions,
  };

  const handle = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { category, name } = request.params as { category: string; name: string };
    if (isLogin(category, name)) return logIn(request, reply, tenants);
    const tenant = tenantOf(request, tenants);
    if (typeof tenant === 'string') return answerText(reply, tenant === 'expired' ? 403 : 401, refusals[tenant]);
    reply.raw.once('close', () => logCall(tenant, request, reply));
    await onCall(request.url, readQuery(request));
    if (!rates.take(tenant.apiToken, tenant.ratePer10s)) return tooMany(reply);
    const isFaulty = await misbehave(tenant, request, reply);
    if (isFaulty) return reply;
    const known = categories[category.toLowerCase()]?.[name.toLowerCase()];
    if (!known) return answerText(reply, 404, 'Not Found');
    if (known.method !== request.method) return answerText(reply, 405, 'Method Not Allowed');
    return answer(request, reply, tenant, known.run);
  };

  for (const prefix of prefixes) app.all(`${prefix}/:category/:name`, handle);
}

const refusals = { unknown: 'Unauthorized', expired: 'Authorization-Token Expired' };

function tenantOf({ headers }: FastifyRequest, tenants: TenantStore): Tenant | 'unknown' | 'expired' {
  const key = headers['x-api-key'];
  if (typeof key === 'string') return tenants.byKey(key) ?? 'unknown';
  const token = headers['authorization-token'];
  return typeof token === 'string' ? tenants.bySession(token) : 'unknown';
}

function isLogin(category: string, name: string): boolean {
  return category.toLowerCase() === 'general' && name.toLowerCase() === 'login';
}

function logIn(request: FastifyRequest, reply: FastifyReply, tenants: TenantStore): FastifyReply {
  const { Username, Password } = (request.body ?? {}) as { Username?: unknown; Password?: unknown };
  const token = tenants.logIn(String(Username), String(Password));
  return token ? answerText(reply, 200, token) : answerText(reply, 500, 'Internal Server Error');
}

function answer(request: FastifyRequest, reply: FastifyReply, tenant: Tenant, run: OptimoveFunction): FastifyReply {
  try {
    const call = { tenant, query: readQuery(request), body: request.body };
    if (request.method === 'POST' && request.body === undefined) objectBody(call);
    const value = run(call);
    if (value === null) return reply.code(200).send();
    const text = JSON.stringify(value);
    const isCut = takeFault(tenant.faults, request.url, ['truncated-page']) !== null;
    return reply
      .type('application/json; charset=utf-8')
      .send(isCut ? text.slice(0, Math.ceil(text.length * 0.7)) : text);
  } catch (error) {
    if (error instanceof Refusal) return answerText(reply, error.status, error.message);
    throw error;
  }
}

async function misbehave(tenant: Tenant, request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
  const slow = takeFault(tenant.faults, request.url, ['slow', 'hang']);
  if (slow) await pause(slow.kind === 'hang' ? hangMs : (slow.delayMs ?? 1_000), undefined, { ref: false });
  const fault = takeFault(tenant.faults, request.url, ['401', '429', '500', '503', 'string-body']);
  if (!fault) return false;
  if (fault.kind === '429') tooMany(reply);
  else if (fault.kind === '401') answerText(reply, 401, 'Unauthorized');
  else if (fault.kind === 'string-body') answerText(reply, 200, 'Something went wrong');
  else answerText(reply, Number(fault.kind), fault.kind === '500' ? 'Internal Server Error' : 'Service Unavailable');
  return true;
}

function tooMany(reply: FastifyReply): FastifyReply {
  return reply.code(429).send({ status: 429, error: 'Too Many Requests', message: 'API rate limit exceeded' });
}

function logCall(tenant: Tenant, request: FastifyRequest, reply: FastifyReply): void {
  const [path = ''] = request.url.split('?');
  logTo(tenant.calls, {
    at: new Date().toISOString(),
    method: request.method,
    path,
    query: readQuery(request),
    status: reply.statusCode,
  });
}
