import type { FastifyError, FastifyInstance } from 'fastify';
import { ControlInputError } from '../control/read-input';
import { answerText, Refusal } from '../optimove/request';

/** Clients of all ages call: a body that claims to be nothing is read as JSON too. */
export function acceptAnyBody(app: FastifyInstance): void {
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

/** The control API explains itself in an object; everything else answers as Optimove does, with a JSON string. */
export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError | Refusal, request, reply) => {
    if (error instanceof Refusal) return answerText(reply, error.status, error.message);
    const status = error instanceof ControlInputError ? 400 : (error.statusCode ?? 500);
    if (request.routeOptions.url?.startsWith('/control/')) return reply.code(status).send({ error: error.message });
    return answerText(reply, status, status === 500 ? 'Internal Server Error' : error.message);
  });
  app.setNotFoundHandler((_request, reply) => answerText(reply, 404, 'Not Found'));
}
