import { randomFillSync } from 'node:crypto';
import { v7, validate } from 'uuid';

const bytesOfId = 16;
/** To ask for random bytes costs much more than to fill many at once; the api makes thousands of ids in a second. */
const random = new Uint8Array(256 * bytesOfId);
let used = random.length;
let latest = { msecs: 0, seq: 0 };

/** A new UUID v7, used for every id of ours: sortable by creation time, and within a process each is later than the last. */
export function newId(): string {
  const bytes = nextRandom();
  latest = nextAfter(latest, bytes);
  return v7({ random: bytes, ...latest });
}

function nextRandom(): Uint8Array {
  if (used === random.length) {
    randomFillSync(random);
    used = 0;
  }
  used += bytesOfId;
  return random.subarray(used - bytesOfId, used);
}

/** A counter within the millisecond that begins in the lower half of its 32 bits (RFC 9562, 6.2, method 1). */
function nextAfter({ msecs, seq }: typeof latest, bytes: Uint8Array): typeof latest {
  const now = Date.now();
  if (now > msecs) return { msecs: now, seq: new DataView(bytes.buffer, bytes.byteOffset).getUint32(4) >>> 1 };
  return { msecs, seq: seq + 1 };
}

/** When an id of ours was made, to the millisecond. */
export function timeOfId(id: string): Date {
  return new Date(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16));
}

/** Whether the text is a UUID, in any version. */
export function isUuid(text: string): boolean {
  return validate(text);
}
