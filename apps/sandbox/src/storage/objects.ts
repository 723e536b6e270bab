import { createHash } from 'node:crypto';
import { takeFault } from '../tenants/faults';
import type { Tenant } from '../tenants/tenant';
import { crc32c } from './crc32c';
import { customerFile } from './customer-file';
import { type Engagement, fileCount, metadataOf } from './engagement';

/** An object with its bytes. */
export interface BucketObject {
  name: string;
  tenant: Tenant;
  engagement: Engagement;
  bytes: Buffer;
  crc32c: string;
  md5: string;
}

const mostKept = 4;

/** The objects of the bucket. Files are made when they are asked for, and the last few are kept. */
export class Objects {
  private readonly kept = new Map<string, BucketObject>();

  constructor(private readonly tenants: ReadonlyMap<string, Tenant>) {}

  /** The object of a name, or null. */
  async find(name: string): Promise<BucketObject | null> {
    const owner = this.ownerOf(name);
    if (!owner) return null;
    if (takeFault(owner.tenant.faults, name, ['missing-file'])) return null;
    const isShort = takeFault(owner.tenant.faults, name, ['fewer-rows']) !== null;
    const existing = isShort ? undefined : this.kept.get(name);
    if (existing) return existing;
    const bytes = await bytesOf(owner, name, isShort);
    if (!bytes) return null;
    const md5 = createHash('md5').update(bytes).digest('base64');
    const object = { ...owner, name, bytes, crc32c: crc32c(bytes), md5 };
    if (!isShort) this.keep(object);
    return object;
  }

  private ownerOf(name: string): { tenant: Tenant; engagement: Engagement } | null {
    const [folder] = name.split('/');
    for (const tenant of this.tenants.values()) {
      const engagement = tenant.engagements.find((each) => each.folder === folder);
      if (engagement) return { tenant, engagement };
    }
    return null;
  }

  private keep(object: BucketObject): void {
    const [oldest] = this.kept.keys();
    if (this.kept.size >= mostKept && oldest !== undefined) this.kept.delete(oldest);
    this.kept.set(object.name, object);
  }
}

async function bytesOf(
  { tenant, engagement }: { tenant: Tenant; engagement: Engagement },
  name: string,
  isShort: boolean,
): Promise<Buffer | null> {
  const { folder, id } = engagement;
  if (name === `${folder}/metadata_${id}`) return Buffer.from(JSON.stringify(metadataOf(tenant, engagement)));
  const digits = /^customers_file(\d{3,})\.deflate\.avro$/.exec(name.slice(`${folder}/customers/`.length))?.[1] ?? '';
  const fileNo = Number(digits);
  const isNamed = name === `${folder}/customers/customers_file${String(fileNo).padStart(3, '0')}.deflate.avro`;
  if (!isNamed || fileNo < 1 || fileNo > fileCount(engagement)) return null;
  return customerFile(engagement, fileNo, isShort);
}
