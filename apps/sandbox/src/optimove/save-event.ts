import { createHmac, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { takeFault } from '../tenants/faults';
import { logTo, type SavedEvent, type Tenant } from '../tenants/tenant';
import type { TenantStore } from '../tenants/tenant-store';
import { loseAnswer, misbehave } from './misbehave';
import { Refusal } from './request';

type OfTenant = FastifyRequest<{ Params: { tenantId: string } }>;

const oldestMs = 7 * 24 * 3_600_000;
const path = 'saveEvent';

/** Serves what is `https://metric-<tenantID>.optimove.net/api/saveEvent` outside as `/metric-<tenantID>/api/saveEvent`. */
export function saveEventRoutes(app: FastifyInstance, tenants: TenantStore): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.post('/metric-:tenantId/api/saveEvent', async (request: OfTenant, reply) => save(request, reply, tenants));
  });
}

async function save(request: OfTenant, reply: FastifyReply, tenants: TenantStore): Promise<FastifyReply> {
  const tenant = tenants.all.get(request.params.tenantId);
  if (!tenant) throw new Refusal(404, 'Not Found');
  logTo(tenant.calls, { at: new Date().toISOString(), method: 'POST', path, query: {}, status: null });
  if (await misbehave({ tenant, path, query: {}, body: null }, reply)) return reply;
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  checkSignature(request, body, tenant.metricToken);
  tenant.savedEvents.push(...eventsIn(body));
  return takeFault(tenant.faults, path, ['lost-answer']) ? loseAnswer(request, reply) : reply.code(200).send();
}

/** Over the exact bytes. @throws {Refusal} 401 when it does not match. */
function checkSignature({ headers }: FastifyRequest, body: Buffer, token: Tenant['metricToken']): void {
  const given = Buffer.from(String(headers['x-optimove-signature-content'] ?? ''));
  const right = Buffer.from(createHmac('sha256', token).update(body).digest('hex'));
  const isRight = given.length === right.length && timingSafeEqual(given, right);
  if (headers['x-optimove-signature-version'] === '1' && isRight) return;
  throw new Refusal(401, 'The signature does not match the body');
}

/** @throws {Refusal} naming what is wrong; nothing of the list is kept then. */
function eventsIn(body: Buffer): SavedEvent[] {
  const parsed = parse(body);
  return (Array.isArray(parsed) ? parsed : [parsed]).map(toEvent);
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new Refusal(400, 'The body is not JSON');
  }
}

function toEvent(item: unknown): SavedEvent {
  const { event, category, timestamp, customer, context } = (item ?? {}) as Record<string, unknown>;
  const at = Date.parse(String(timestamp));
  if (typeof event !== 'string' || event === '') throw new Refusal(400, 'event is missing');
  if (category !== 'metric') throw new Refusal(400, 'category must be metric');
  if (Number.isNaN(at)) throw new Refusal(400, 'timestamp is no time');
  if (Date.now() - at > oldestMs) throw new Refusal(400, 'timestamp is older than 7 days');
  if (typeof customer !== 'string' || customer === '') throw new Refusal(400, 'customer is missing');
  if (typeof context !== 'object' || context === null) throw new Refusal(400, 'context is missing');
  return { event, customer, timestamp: new Date(at).toISOString(), context };
}
