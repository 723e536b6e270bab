import { AppError } from '@libs/foundation';

/** How many new installations, and user IDs that nobody had, an app takes within an hour unless it says otherwise. */
export const defaultPerHour = 100_000;

/** How many of them may come from one client address. Many phones share the address of their carrier. */
export const defaultPerAddress = 1_000;

/** The limits of an app that is asked to take a newcomer. */
export interface LimitedApp {
  id: string;
  projectId: string;
  registrationsPerHour: number;
  registrationsPerAddress: number;
}

/** Too many newcomers: the caller should wait and try again. */
export class RegistrationLimitError extends AppError {
  readonly code = 'TOO_MANY_REGISTRATIONS';
  readonly retryable = true;

  constructor(
    readonly limit: 'app' | 'address',
    readonly retryAfterSeconds: number,
  ) {
    const whose = limit === 'app' ? 'this app' : 'one address';
    super(`Too many new installations or user IDs of ${whose} for now; try again in ${retryAfterSeconds} seconds`);
  }
}

/**
 * What is counted as one client: an IPv4 address, or the network of an IPv6 address (its first 56 bits), as whoever has
 * one address of such a network may have all of them. Proxies may add the port from which a call came.
 */
export function clientNetwork(address: string): string {
  const plain = withoutPort(address.slice(0, 64)).replace(/^::ffff:(?=\d+\.)/i, '');
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.split('::');
  const before = head.split(':').filter(Boolean);
  const after = tail?.split(':').filter(Boolean) ?? [];
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  const [one, two, three, four] = [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16) || 0);
  const network = [one, two, three, (four ?? 0) & 0xff00].map((group) => (group ?? 0).toString(16));
  return `${network.join(':')}::/56`;
}

function withoutPort(address: string): string {
  const [, bracketed, dotted] = /^(?:\[([^\]]*)\](?::\d+)?|([\d.]+):\d+)$/.exec(address) ?? [];
  return bracketed ?? dotted ?? address;
}
