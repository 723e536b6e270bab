import { Readable } from 'node:stream';
import { largestCallback, originalContentType } from '@modules/campaigns';
import { largestReport } from '@modules/channels';
import { BadRequestException, PayloadTooLargeException } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';

const jsonLimit = 1024 * 1024;
const mostLetThrough = 64 * jsonLimit;
const formLimit = 8 * 1024;
const batchLimit = 16 * jsonLimit;

/**
 * One parser for every content type: callbacks and forms get their bytes whatever they claim to be, imports get the stream,
 * everything else must be JSON.
 */
export function registerBodyParsers(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  // Fastify refuses a content type that it cannot read before any parser is asked, and callbacks are never refused.
  fastify.addHook('onRequest', async (request) => {
    if (!isCallback(request)) return;
    const { headers } = request.raw;
    headers[originalContentType] = headers['content-type'];
    headers['content-type'] = 'application/octet-stream';
  });
  fastify.addContentTypeParser('*', async (request: FastifyRequest, payload: Readable) => {
    if (request.url.startsWith('/imports/')) return payload;
    if (isCallback(request)) return readBeginning(payload, limitOf(request) + 1);
    if (request.url.startsWith('/t/')) return readAll(payload, formLimit);
    const bytes = await readAll(payload, request.url.startsWith('/api/external/') ? batchLimit : jsonLimit);
    try {
      return bytes.length === 0 ? {} : JSON.parse(bytes.toString('utf8'));
    } catch {
      throw new BadRequestException('The body is not valid JSON');
    }
  });
}

function isCallback(request: FastifyRequest): boolean {
  return request.url.startsWith('/callbacks/');
}

function limitOf({ url }: FastifyRequest): number {
  return url.startsWith('/callbacks/providers/') ? largestReport : largestCallback;
}

/**
 * The first `limit` bytes; the rest is let through unread, so that the sender can hear the answer. By events: an iterator
 * takes several times as long for a body that is there at once, as callbacks are.
 */
function readBeginning(payload: Readable, limit: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    const end = (): void => resolve(parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts));
    payload.on('data', (bytes: Buffer) => {
      if (size < limit) parts.push(bytes.subarray(0, limit - size));
      size += bytes.length;
      if (size <= mostLetThrough) return;
      end();
      payload.destroy();
    });
    payload.once('end', end);
    payload.once('error', reject);
    payload.once('close', () => reject(new BadRequestException('The call ended before its body did')));
  });
}

async function readAll(payload: Readable, limit: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of payload) {
    size += (part as Buffer).length;
    if (size > limit) throw new PayloadTooLargeException(`The body is larger than ${limit} bytes`);
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}
