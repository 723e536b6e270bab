import type { FastifyReply, FastifyRequest } from 'fastify';
import { takeFault } from '../tenants/faults';
import { StorageRefusal } from './google-error';
import type { BucketObject } from './objects';

const wrongChecksum = 'AAAAAA==';

/** Sends the bytes of an object, or a range of them; the hashes are always those of the whole. */
export function sendMedia(object: BucketObject, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { bytes, tenant, name } = object;
  const isWrong = takeFault(tenant.faults, name, ['wrong-checksum']) !== null;
  const range = rangeOf(request.headers.range, bytes.length);
  const part = range ? bytes.subarray(range.from, range.to + 1) : bytes;
  reply.headers({
    'content-type': 'application/octet-stream',
    'content-length': part.length,
    'accept-ranges': 'bytes',
    'x-goog-hash': `crc32c=${isWrong ? wrongChecksum : object.crc32c},md5=${object.md5}`,
    'x-goog-stored-content-encoding': 'identity',
    'x-goog-stored-content-length': bytes.length,
    ...(range ? { 'content-range': `bytes ${range.from}-${range.to}/${bytes.length}` } : {}),
  });
  if (!takeFault(tenant.faults, name, ['cut-file'])) return reply.code(range ? 206 : 200).send(part);
  reply.hijack();
  reply.raw.writeHead(range ? 206 : 200, reply.getHeaders() as Record<string, string>);
  reply.raw.write(part.subarray(0, Math.ceil(part.length / 2)), () => reply.raw.destroy());
  return reply;
}

/** Inclusive ends of the range asked for; null for the whole. */
function rangeOf(header: string | undefined, length: number): { from: number; to: number } | null {
  const match = /^bytes=(\d+)-(\d*)$/.exec(header ?? '');
  if (!match) return null;
  const from = Number(match[1]);
  if (from >= length)
    throw new StorageRefusal(416, 'requestedRangeNotSatisfiable', 'The requested range is not there.');
  return { from, to: match[2] ? Math.min(Number(match[2]), length - 1) : length - 1 };
}
