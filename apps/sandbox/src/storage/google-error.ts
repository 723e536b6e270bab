import type { FastifyReply } from 'fastify';

/** An answer of Google Cloud Storage that is no success. */
export class StorageRefusal extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

/** Answers in the shape of Google's errors. */
export function answerRefusal(reply: FastifyReply, { status, reason, message }: StorageRefusal): FastifyReply {
  return reply
    .code(status)
    .type('application/json; charset=UTF-8')
    .send({ error: { code: status, message, errors: [{ message, domain: 'global', reason }] } });
}
