import type { FastifyReply } from 'fastify';

/** Leads on to where a link in a message leads. A header holds ASCII alone, and authors write whatever they like. */
export async function leadOn(reply: FastifyReply, target: string): Promise<void> {
  const location = target.replaceAll(/[^\x21-\x7e]/gu, encodeURIComponent);
  await reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer').redirect(location, 302);
}
