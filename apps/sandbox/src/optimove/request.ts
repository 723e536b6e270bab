import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Tenant } from '../tenants/tenant';

/** A call of an account, with names read in any case. */
export interface OptimoveCall {
  tenant: Tenant;
  /** As written by the caller, without the query. */
  path: string;
  /** Query values by lower-case name. */
  query: Record<string, string>;
  body: unknown;
}

/** Refuses a call as Optimove does: a status and a short JSON string. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** What a function answers: a value, a stream of JSON text, or null for an empty 200. */
export type OptimoveFunction = (call: OptimoveCall) => unknown;

/** A function of the API. */
export interface OptimoveRoute {
  method: 'GET' | 'POST';
  /** Whether a key of the access type Integrations may call it too. */
  isOpenToVendors: boolean;
  run: OptimoveFunction;
}

/** Functions of a category by their documented names. */
export type OptimoveCategory = Record<string, OptimoveRoute>;

/** A reading function that vendors may call. */
export const readFor = (run: OptimoveFunction): OptimoveRoute => ({ method: 'GET', isOpenToVendors: true, run });

/** A writing function that vendors may call. */
export const writeFor = (run: OptimoveFunction): OptimoveRoute => ({ method: 'POST', isOpenToVendors: true, run });

/** A function that only a key of the access type Admin may call. */
export const adminOnly = (route: OptimoveRoute): OptimoveRoute => ({ ...route, isOpenToVendors: false });

/** Query values by lower-case name. */
export function readQuery(request: FastifyRequest): Record<string, string> {
  const query = request.query as Record<string, string | string[]>;
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name.toLowerCase(), String(Array.isArray(value) ? value[0] : value)]),
  );
}

/** An integer of the query. @throws {Refusal} naming the parameter. */
export function integerParameter({ query }: OptimoveCall, name: string): number {
  const text = query[name.toLowerCase()];
  if (text === undefined || !/^\d+$/.test(text)) throw new Refusal(400, `${name} is missing or not an integer`);
  return Number(text);
}

/** A day of the query, `YYYY-MM-DD`. @throws {Refusal} naming the parameter. */
export function dateParameter({ query }: OptimoveCall, name: string): string {
  const text = query[name.toLowerCase()] ?? '';
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) throw new Refusal(400, `${name} is missing or not YYYY-MM-DD`);
  return text;
}

/** An integer of the query that may be left out. @throws {Refusal} naming the parameter. */
export function optionalInteger(call: OptimoveCall, name: string, fallback: number): number {
  return call.query[name.toLowerCase()] === undefined ? fallback : integerParameter(call, name);
}

/** A channel of the account. @throws {Refusal} when it has no such channel. */
export function knownChannel({ tenant }: OptimoveCall, channelId: number): number {
  if (tenant.channels.some(({ id }) => id === channelId)) return channelId;
  throw new Refusal(400, `ChannelID ${channelId} does not exist`);
}

/** The body as a list of objects. @throws {Refusal} when it is none or too long. */
export function listBody({ body }: OptimoveCall, most: number): Record<string, unknown>[] {
  if (!Array.isArray(body) || body.length === 0) throw new Refusal(400, 'The body must be a list');
  if (body.length > most) throw new Refusal(400, `The list has more than ${most} items`);
  if (body.some((item) => typeof item !== 'object' || item === null || Array.isArray(item))) {
    throw new Refusal(400, 'The list must hold objects');
  }
  return body as Record<string, unknown>[];
}

/** The body as an object. @throws {Refusal} when it is none. */
export function objectBody({ body }: OptimoveCall): Record<string, unknown> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new Refusal(400, 'The body must be an object');
  return body as Record<string, unknown>;
}

/** An integer of an object. @throws {Refusal} naming the field. */
export function integerField(object: Record<string, unknown>, name: string): number {
  const value = object[name];
  if (!Number.isSafeInteger(value) || (value as number) < 0)
    throw new Refusal(400, `${name} is missing or not an integer`);
  return value as number;
}

/** A text of an object. @throws {Refusal} naming the field. */
export function textField(object: Record<string, unknown>, name: string): string {
  const value = object[name];
  if (typeof value !== 'string' || value.trim() === '') throw new Refusal(400, `${name} is missing or empty`);
  return value;
}

/** A text of an object that may be left out or null. @throws {Refusal} naming the field. */
export function optionalText(object: Record<string, unknown>, name: string): string | null {
  return isAbsent(object[name]) ? null : textField(object, name);
}

/** An integer of an object that may be left out or null. @throws {Refusal} naming the field. */
export function optionalIntegerField(object: Record<string, unknown>, name: string): number | null {
  return isAbsent(object[name]) ? null : integerField(object, name);
}

/** Checks the customer IDs of an object. @throws {Refusal} when there are none, too many or one is no text. */
export function customerIdsField({ CustomerIDs }: Record<string, unknown>, most: number): void {
  if (!Array.isArray(CustomerIDs) || CustomerIDs.length === 0)
    throw new Refusal(400, 'CustomerIDs is missing or empty');
  if (CustomerIDs.length > most) throw new Refusal(400, `CustomerIDs has more than ${most} items`);
  if (CustomerIDs.some((id) => typeof id !== 'string' || id === ''))
    throw new Refusal(400, 'CustomerIDs must hold texts');
}

/** Clients write an optional field as null or leave it out. */
function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

/** Answers with a JSON string, as errors of Optimove come. */
export function answerText(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify(text));
}
