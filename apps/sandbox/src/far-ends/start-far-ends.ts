import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { startApns } from './apns/start-apns';
import { FaultSwitch, faultKinds, http2FaultKinds } from './faults/fault-switch';
import { startFcm } from './fcm/start-fcm';
import { Inbox } from './inbox/inbox';
import { type Listening, listen } from './listening';
import { addFarEndRoutes, type Faults } from './routes/far-end-routes';
import { Smsc } from './smsc/smsc';
import { MailReports } from './smtp/mail-reports';
import { createSmtpFarEnd } from './smtp/smtp-far-end';
import { Subscriptions } from './webpush/subscriptions';
import { createWebPushServer } from './webpush/webpush-server';

/** Where the far ends listen. A port of 0, the default, takes a free one. */
export interface FarEndOptions {
  /** Address to listen on and to name in the endpoints; 127.0.0.1 unless told. */
  host?: string;
  fcmPort?: number;
  apnsPort?: number;
  webPushPort?: number;
  smtpPort?: number;
  smscPort?: number;
  /** How many messages of each medium stay readable; 500 unless told. */
  keep?: number;
}

/** What a sender needs to reach the far ends. */
export interface FarEndEndpoints {
  /** Without a slash at its end; stands for https://fcm.googleapis.com. */
  fcmBaseUrl: string;
  /** Stands for https://oauth2.googleapis.com/token. */
  fcmTokenUrl: string;
  /** A Google service-account JSON made at start. */
  fcmServiceAccount: Record<string, string>;
  /** Stands for both hosts of APNs; HTTP/2 without TLS. */
  apnsBaseUrl: string;
  /** The .p8 key, its id, the team's and the bundle ID of the app. */
  apnsPrivateKey: string;
  apnsKeyId: string;
  apnsTeamId: string;
  apnsTopic: string;
  /** Stands for every push service of browsers: the address of a web-push account. */
  webPushBaseUrl: string;
  smtpHost: string;
  smtpPort: number;
  smscHost: string;
  smscPort: number;
  smscSystemId: string;
  smscPassword: string;
}

/** The running far ends. */
export interface FarEnds {
  endpoints: FarEndEndpoints;
  inbox: Inbox;
  /** The browsers that subscribed to the push service. */
  subscriptions: Subscriptions;
  /** Adds the control API and the page `GET /inboxes` to an application that has not started yet. */
  routes(app: FastifyInstance): void;
  /** Drops every connection and stops listening. */
  close(): Promise<void>;
}

const smscSystemId = 'far-end';
/** The most that SMPP 3.4 allows. */
const smscPasswordLength = 8;

/** Starts FCM, APNs, web-push, SMTP and SMSC stand-ins that take messages over the real protocols and keep what arrived to be seen. */
export async function startFarEnds(options: FarEndOptions = {}): Promise<FarEnds> {
  const closing = new AbortController();
  const faults: Faults = {
    mobilePush: new FaultSwitch(faultKinds, closing.signal),
    apns: new FaultSwitch(http2FaultKinds, closing.signal),
    webPush: new FaultSwitch(faultKinds, closing.signal),
    email: new FaultSwitch(faultKinds, closing.signal),
    sms: new FaultSwitch(faultKinds, closing.signal),
  };
  const inbox = new Inbox(options.keep ?? 500);
  const subscriptions = new Subscriptions();
  const reports = new MailReports();
  const centre: { smsc: Smsc | null } = { smsc: null };
  const started: Listening[] = [];
  const close = async () => {
    closing.abort();
    await Promise.all(started.map((listening) => listening.close()));
  };
  try {
    const endpoints = await startAll(options, { inbox, subscriptions, faults, started, reports, centre });
    const routes = (app: FastifyInstance) => addFarEndRoutes(app, { inbox, faults, subscriptions, reports, centre });
    return { endpoints, inbox, subscriptions, routes, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Shared {
  inbox: Inbox;
  subscriptions: Subscriptions;
  faults: Faults;
  reports: MailReports;
  centre: { smsc: Smsc | null };
  /** Gets every server as it starts, so that a later failure can end it. */
  started: Listening[];
}

async function startAll(options: FarEndOptions, shared: Shared): Promise<FarEndEndpoints> {
  const { inbox, subscriptions, faults, started } = shared;
  const { reports, centre } = shared;
  const { host = '127.0.0.1', fcmPort = 0, apnsPort = 0, webPushPort = 0, smtpPort = 0, smscPort = 0 } = options;
  const fcm = await startFcm({ host, port: fcmPort, faults: faults.mobilePush, inbox });
  started.push(fcm.listening);
  const apns = await startApns({ host, port: apnsPort, faults: faults.apns, inbox });
  started.push(apns.listening);
  const service = createWebPushServer({ subscriptions, faults: faults.webPush, inbox });
  const webPush = await listen(service, { host, port: webPushPort });
  started.push(webPush);
  const mail = await listen(createSmtpFarEnd({ faults: faults.email, inbox, reports }).server, {
    host,
    port: smtpPort,
  });
  started.push(mail);
  const smscPassword = randomBytes(smscPasswordLength / 2).toString('hex');
  const smsc = new Smsc({ systemId: smscSystemId, password: smscPassword, faults: faults.sms, inbox });
  centre.smsc = smsc;
  const texts = await listen(smsc.server, { host, port: smscPort });
  started.push({ port: texts.port, close: () => smsc.stop(texts) });
  return {
    fcmBaseUrl: fcm.baseUrl,
    fcmTokenUrl: fcm.tokenUrl,
    fcmServiceAccount: fcm.serviceAccount,
    apnsBaseUrl: apns.baseUrl,
    apnsPrivateKey: apns.account.privateKey,
    apnsKeyId: apns.account.keyId,
    apnsTeamId: apns.account.teamId,
    apnsTopic: apns.account.topic,
    webPushBaseUrl: `http://${host}:${webPush.port}`,
    smtpHost: host,
    smtpPort: mail.port,
    smscHost: host,
    smscPort: texts.port,
    smscSystemId,
    smscPassword,
  };
}
