import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { type FaultSwitch, type Http2FaultKind, http2FaultKinds } from '../faults/fault-switch';
import type { Inbox } from '../inbox/inbox';
import { type FarMedium, farMedia } from '../inbox/messages';
import { addPageRoutes } from '../page/page-routes';
import type { Smsc } from '../smsc/smsc';
import { type MailFate, type MailReports, mailFates } from '../smtp/mail-reports';
import type { Subscriptions } from '../webpush/subscriptions';
import { addressesCsv } from './addresses-csv';

/** The switch of each far end. */
export type Faults = Record<Exclude<FarMedium, 'apns'>, FaultSwitch> & { apns: FaultSwitch<Http2FaultKind> };

/** What the routes show and switch. */
export interface FarEndParts {
  inbox: Inbox;
  faults: Faults;
  subscriptions: Subscriptions;
  reports: MailReports;
  /** The SMS centre once it runs. */
  centre: { smsc: Smsc | null };
}

type OfMedium = { Params: { medium: FarMedium } };

const ofMedium = {
  type: 'object',
  required: ['medium'],
  properties: { medium: { type: 'string', enum: [...farMedia] } },
};
const faultBody = {
  type: 'object',
  required: ['kind'],
  properties: {
    kind: { type: 'string', enum: [...http2FaultKinds] },
    times: { type: 'integer', minimum: 1, maximum: 1_000_000_000 },
  },
};
const delayBody = {
  type: 'object',
  required: ['ms'],
  properties: { ms: { type: 'integer', minimum: 0, maximum: 600_000 } },
};
const browserBody = {
  type: 'object',
  properties: { applicationServerKey: { type: 'string', maxLength: 200 } },
};
const reportsBody = {
  type: 'object',
  required: ['url'],
  properties: { url: { type: ['string', 'null'], pattern: '^https?://', maxLength: 2_048 } },
};
const fateBody = {
  type: 'object',
  required: ['address', 'messageId', 'fate'],
  properties: {
    address: { type: 'string', pattern: '^[^\\s<>]+@[^\\s<>]+$', maxLength: 320 },
    messageId: { type: 'string', pattern: '^<[^\\s<>]+>$', maxLength: 400 },
    fate: { type: 'string', enum: [...mailFates] },
  },
};
const textBody = {
  type: 'object',
  required: ['from', 'to', 'text'],
  properties: {
    from: { type: 'string', pattern: '^[0-9]{3,20}$' },
    to: { type: 'string', maxLength: 20 },
    text: { type: 'string', maxLength: 160 },
  },
};
const reportQuery = { type: 'object', properties: { last: { type: 'integer', minimum: 0, maximum: 100_000 } } };

/** Adds the control API of the far ends and the page that shows what arrived. */
export function addFarEndRoutes(app: FastifyInstance, parts: FarEndParts): void {
  addInboxRoutes(app, parts.inbox);
  addFaultRoutes(app, parts.faults);
  addBrowserRoutes(app, parts.subscriptions);
  addReportRoutes(app, parts);
  addPageRoutes(app, parts.inbox);
}

function addInboxRoutes(app: FastifyInstance, inbox: Inbox): void {
  app.get<{ Querystring: { last?: number } }>(
    '/control/inboxes',
    { schema: { querystring: reportQuery } },
    ({ query }) => inbox.report(query.last),
  );
  app.delete('/control/inboxes', (_request, reply) => {
    inbox.clear();
    return reply.code(204).send();
  });
  app.get<OfMedium>('/control/inboxes/:medium/addresses.csv', { schema: { params: ofMedium } }, ({ params }, reply) =>
    reply.type('text/csv; charset=utf-8').send(Readable.from(addressesCsv(inbox.recipients(params.medium)))),
  );
}

function addBrowserRoutes(app: FastifyInstance, subscriptions: Subscriptions): void {
  app.post<{ Body: { applicationServerKey?: string } }>(
    '/control/browsers',
    { schema: { body: browserBody } },
    ({ body }, reply) => reply.code(201).send(subscriptions.subscribe(body.applicationServerKey ?? null)),
  );
  app.delete<{ Params: { id: string } }>('/control/browsers/:id', ({ params }, reply) => {
    subscriptions.unsubscribe(params.id);
    return reply.code(204).send();
  });
}

/** What people and servers say later: bounces and complaints by mail, texts to our numbers. */
function addReportRoutes(app: FastifyInstance, { reports, centre }: FarEndParts): void {
  app.put<{ Body: { url: string | null } }>(
    '/control/far-ends/email/reports',
    { schema: { body: reportsBody } },
    ({ body }) => {
      reports.url = body.url;
      return { url: reports.url };
    },
  );
  app.post<{ Body: { address: string; messageId: string; fate: MailFate } }>(
    '/control/far-ends/email/reports',
    { schema: { body: fateBody } },
    async ({ body: { address, messageId, fate } }) => ({
      status: await reports.report({ address, headers: `Message-ID: ${messageId}` }, fate),
    }),
  );
  app.post<{ Body: { from: string; to: string; text: string } }>(
    '/control/far-ends/sms/texts',
    { schema: { body: textBody } },
    async ({ body }, reply) => {
      const taken = centre.smsc?.receive(body);
      if (!taken) return reply.code(409).send({ message: 'Nobody who receives is bound to the SMS centre' });
      await taken;
      return reply.code(202).send();
    },
  );
}

function addFaultRoutes(app: FastifyInstance, faults: Faults): void {
  app.get('/control/far-ends', () => Object.fromEntries(farMedia.map((medium) => [medium, faults[medium].state()])));
  app.put<OfMedium & { Body: { kind: Http2FaultKind; times?: number } }>(
    '/control/far-ends/:medium/fault',
    { schema: { params: ofMedium, body: faultBody } },
    ({ params, body }, reply) => {
      const known = faults[params.medium];
      if (!known.arm(body.kind, body.times)) {
        return reply.code(400).send({ message: `kind must be one of ${known.kinds.join(', ')} there` });
      }
      return known.state();
    },
  );
  app.put<OfMedium & { Body: { ms: number } }>(
    '/control/far-ends/:medium/delay',
    { schema: { params: ofMedium, body: delayBody } },
    ({ params, body }) => {
      faults[params.medium].delay(body.ms);
      return faults[params.medium].state();
    },
  );
}
