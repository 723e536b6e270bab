import { bothInstantsOf } from '../local-instant';
import { localStamp } from './local-stamp';

/** When something was said at Optimove. */
export interface Said {
  /** As it was written, `YYYY-MM-DD HH:MM:SS` in the connection's zone; the same again is a repeat. */
  stamp: string;
  /** The instant that it stands for, in whole seconds: what was said earlier and later is told apart by it alone. */
  saidAt: Date;
}

const written = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})(:\d{2})?/;
const withZone = /(Z|[+-]\d{2}:?\d{2})$/;
/** Clocks of two machines differ. */
const skewMs = 60_000;

/**
 * What the time stamp of a callback says; that of its arrival where it has none that can be read. Of a time that the
 * clock shows twice the later instant is meant, unless the callback came before that.
 */
export function saidOf(timeStamp: string | null, receivedAt: Date, timeZone: string): Said {
  const text = timeStamp ?? '';
  const [, day, minute, second = ':00'] = written.exec(text) ?? [];
  if (!day || !minute) return saidAt(receivedAt, timeZone);
  if (withZone.test(text)) {
    const instant = new Date(text.replace(' ', 'T'));
    if (!Number.isNaN(instant.getTime())) return saidAt(instant, timeZone);
  }
  const stamp = `${day} ${minute}${second}`;
  const [first, last] = bothInstantsOf(stamp, timeZone);
  if (Number.isNaN(first.getTime())) return saidAt(receivedAt, timeZone);
  return { stamp, saidAt: last.getTime() <= receivedAt.getTime() + skewMs ? last : first };
}

function saidAt(instant: Date, timeZone: string): Said {
  return { stamp: localStamp(instant, timeZone), saidAt: wholeSeconds(instant) };
}

/** The instant without its fraction of a second: time stamps have none. */
export function wholeSeconds(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / 1000) * 1000);
}
