import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Tenant } from '../tenants/tenant';
import type { TenantStore } from '../tenants/tenant-store';
import { answerText, Refusal } from './request';

/** Whose key or old token the call carries. @throws {Refusal} 401 without a known key, 403 with an expired token. */
export function tenantOf({ headers }: FastifyRequest, tenants: TenantStore): Tenant {
  const key = headers['x-api-key'];
  const token = headers['authorization-token'];
  if (typeof key !== 'string' && typeof token === 'string') return tenantOfToken(token, tenants);
  const tenant = typeof key === 'string' ? tenants.byKey(key) : null;
  if (!tenant) throw new Refusal(401, 'Unauthorized');
  return tenant;
}

function tenantOfToken(token: string, tenants: TenantStore): Tenant {
  const tenant = tenants.bySession(token);
  if (tenant === 'expired') throw new Refusal(403, 'Authorization-Token Expired');
  return tenant;
}

/** The login of old clients: a token as a JSON string; 500 for a wrong password and 429 above one call in a second. */
export function logIn(request: FastifyRequest, reply: FastifyReply, tenants: TenantStore): FastifyReply {
  if (request.method !== 'POST') return answerText(reply, 405, 'Method Not Allowed');
  const { Username, Password } = (request.body ?? {}) as { Username?: unknown; Password?: unknown };
  const outcome = tenants.logIn(String(Username), String(Password));
  if (outcome === 'refused') return answerText(reply, 500, 'Internal Server Error');
  return outcome === 'too-often' ? tooManyRequests(reply) : answerText(reply, 200, outcome.token);
}

/** The answer above the limit, as Optimove words it. */
export function tooManyRequests(reply: FastifyReply): FastifyReply {
  return reply.code(429).send({ status: 429, error: 'Too Many Requests', message: 'API rate limit exceeded' });
}
