import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { takeFault } from '../tenants/faults';
import { tooManyRequests } from './credentials';
import { answerText, type OptimoveCall } from './request';

const hangMs = 120_000;
const usualDelayMs = 1_000;

/** Applies the faults that replace or delay an answer. @returns whether the call is answered by that. */
export async function misbehave({ tenant, path }: OptimoveCall, reply: FastifyReply): Promise<boolean> {
  const slow = takeFault(tenant.faults, path, ['slow', 'hang']);
  if (slow) await pause(slow.kind === 'hang' ? hangMs : (slow.delayMs ?? usualDelayMs), undefined, { ref: false });
  const fault = takeFault(tenant.faults, path, ['401', '429', '500', '503', 'string-body']);
  if (!fault) return false;
  if (fault.kind === '429') tooManyRequests(reply);
  else answerText(reply, fault.kind === 'string-body' ? 200 : Number(fault.kind), texts[fault.kind] ?? '');
  return true;
}

/** What was said is kept, and nobody is told: the caller cannot know whether it counted. */
export function loseAnswer(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.hijack();
  request.raw.socket.destroy();
  return reply;
}

const texts: Record<string, string> = {
  '401': 'Unauthorized',
  '500': 'Internal Server Error',
  '503': 'Service Unavailable',
  'string-body': 'Something went wrong',
};

/** The JSON of a value, cut off in the middle where a fault says so. */
export function jsonOf({ tenant, path }: OptimoveCall, value: unknown): string {
  const text = JSON.stringify(value);
  const isCut = Array.isArray(value) && takeFault(tenant.faults, path, ['truncated-page']) !== null;
  return isCut ? text.slice(0, Math.floor(text.length * 0.7)) : text;
}
