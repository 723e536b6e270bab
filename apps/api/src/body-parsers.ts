import { Readable } from 'node:stream';
import { BadRequestException, PayloadTooLargeException } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';

const callbackLimit = 64 * 1024;
const jsonLimit = 1024 * 1024;
const formLimit = 8 * 1024;
const batchLimit = 16 * jsonLimit;

/**
 * One parser for every content type: callbacks and forms get their bytes whatever they claim to be, imports get the stream,
 * everything else must be JSON.
 */
export function registerBodyParsers(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', async (request: FastifyRequest, payload: Readable) => {
    if (request.url.startsWith('/imports/')) return payload;
    if (request.url.startsWith('/callbacks/')) return readAll(payload, callbackLimit);
    if (request.url.startsWith('/t/')) return readAll(payload, formLimit);
    const bytes = await readAll(payload, request.url.startsWith('/api/external/') ? batchLimit : jsonLimit);
    try {
      return bytes.length === 0 ? {} : JSON.parse(bytes.toString('utf8'));
    } catch {
      throw new BadRequestException('The body is not valid JSON');
    }
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
