import type { FastifyReply } from 'fastify';

const pagePolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'";

/** Answers with a page in which nothing runs, that nobody frames and that is not kept. */
export async function sendPage(reply: FastifyReply, status: number, html: string, policy = pagePolicy): Promise<void> {
  await reply
    .status(status)
    .header('content-security-policy', policy)
    .header('referrer-policy', 'no-referrer')
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(html);
}
