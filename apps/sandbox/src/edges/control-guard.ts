import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';

/** Lets only callers who send the key as `x-control-key` use the control API. */
export function guardControl(app: FastifyInstance, controlKey: string): void {
  const expected = Buffer.from(controlKey);
  app.addHook('onRequest', async (request, reply) => {
    // The route that was found, not the path as written: the same route has many spellings.
    if (!request.routeOptions.url?.startsWith('/control/')) return;
    const given = Buffer.from(String(request.headers['x-control-key'] ?? ''));
    if (given.length === expected.length && timingSafeEqual(given, expected)) return;
    await reply.code(401).send({ error: 'Send the control key as x-control-key' });
  });
}
