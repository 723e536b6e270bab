import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { takeFault } from '../tenants/faults';
import { logTo } from '../tenants/tenant';
import type { TenantStore } from '../tenants/tenant-store';
import { hasKey, keyMissing } from './customer-key';
import { bucket, keyHash } from './engagement';
import { answerRefusal, StorageRefusal } from './google-error';
import { sendMedia } from './media';
import { type BucketObject, Objects } from './objects';

/** Google's own paths, and the bare one under which its libraries talk to an emulator. */
const prefixes = ['', '/storage/v1', '/download/storage/v1'];
const usualDelayMs = 1_000;

/** Serves the bucket with the files of engagements as Google Cloud Storage would. */
export function storageRoutes(app: FastifyInstance, tenants: TenantStore): void {
  const objects = new Objects(tenants.all);
  const serve = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    try {
      return await answer(objects, request, reply);
    } catch (error) {
      if (error instanceof StorageRefusal) return answerRefusal(reply, error);
      throw error;
    }
  };
  for (const prefix of prefixes) app.get(`${prefix}/b/:bucket/o/*`, serve);
}

async function answer(objects: Objects, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const url = new URL(request.url, 'http://box');
  const [bucketName = '', name = ''] = (/\/b\/([^/]+)\/o\/(.*)$/.exec(url.pathname)?.slice(1) ?? []).map(decoded);
  const object = bucketName === bucket ? await objects.find(name) : null;
  if (!object) throw new StorageRefusal(404, 'notFound', `No such object: ${bucketName}/${name}`);
  log(object, request, reply);
  await misbehave(object);
  const generation = url.searchParams.get('generation');
  if (generation !== null && generation !== generationOf(object)) {
    throw new StorageRefusal(404, 'notFound', `No such object: ${bucketName}/${name}`);
  }
  const isOpen = hasKey(request, object.engagement.decryptionKey);
  if (url.searchParams.get('alt') !== 'media') return reply.send(resource(object, isOpen));
  if (!isOpen) throw keyMissing();
  reply.header('x-goog-generation', generationOf(object));
  return sendMedia(object, request, reply);
}

/** An object name has its slashes and spaces encoded; one with bare slashes means the same object. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

async function misbehave({ tenant, name }: BucketObject): Promise<void> {
  const slow = takeFault(tenant.faults, name, ['slow']);
  if (slow) await pause(slow.delayMs ?? usualDelayMs, undefined, { ref: false });
  const fault = takeFault(tenant.faults, name, ['401', '429', '500', '503']);
  if (!fault) return;
  throw new StorageRefusal(Number(fault.kind), reasons[fault.kind] ?? '', 'The box was told to refuse this call.');
}

const reasons: Record<string, string> = {
  '401': 'required',
  '429': 'rateLimitExceeded',
  '500': 'internalError',
  '503': 'backendError',
};

function generationOf({ engagement }: BucketObject): string {
  return `${engagement.createdAt.getTime()}000`;
}

/** The description of an object; its hashes are told only to who has the key. */
function resource(object: BucketObject, isOpen: boolean): object {
  const { name, bytes, engagement } = object;
  return {
    kind: 'storage#object',
    id: `${bucket}/${name}/${generationOf(object)}`,
    name,
    bucket,
    generation: generationOf(object),
    metageneration: '1',
    contentType: 'application/octet-stream',
    storageClass: 'STANDARD',
    size: String(bytes.length),
    timeCreated: engagement.createdAt.toISOString(),
    updated: engagement.createdAt.toISOString(),
    customerEncryption: { encryptionAlgorithm: 'AES256', keySha256: keyHash(engagement.decryptionKey) },
    ...(isOpen ? { md5Hash: object.md5, crc32c: object.crc32c } : {}),
  };
}

function log({ tenant }: BucketObject, { method, url, headers }: FastifyRequest, reply: FastifyReply): void {
  const [path = ''] = url.split('?');
  const query: Record<string, string> = headers.range === undefined ? {} : { range: headers.range };
  const entry = { at: new Date().toISOString(), method, path, query, status: null as number | null };
  logTo(tenant.calls, entry);
  reply.raw.once('finish', () => {
    entry.status = reply.statusCode;
  });
}
