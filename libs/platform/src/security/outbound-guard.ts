import { lookup as dnsLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { AppError } from '@libs/foundation';
import { Agent, type Dispatcher } from 'undici';

/** An outbound address points into a private network. */
export class OutboundRefusedError extends AppError {
  readonly code = 'OUTBOUND_REFUSED';
  readonly retryable = false;
}

const forbidden = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  forbidden.addSubnet(net, prefix, 'ipv4');
for (const [net, prefix] of [
  ['::', 128],
  ['::1', 128],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  forbidden.addSubnet(net, prefix, 'ipv6');

/** Whether an IP address is private, loopback, link-local, multicast or otherwise not on the public internet. */
export function isPrivateAddress(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  const plain = mapped ?? address;
  return forbidden.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
}

const guardedLookup: LookupFunction = (hostname, options, callback) => {
  dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 0);
    const refused = addresses.find(({ address }) => isPrivateAddress(address));
    const first = addresses[0];
    if (refused || !first) return callback(refusal(hostname), '', 0);
    if (options.all) return callback(null, addresses);
    callback(null, first.address, first.family);
  });
};

function refusal(host: string): OutboundRefusedError {
  return new OutboundRefusedError(
    `${host} is a private, loopback or link-local address; use a public address, or set OUTBOUND_ALLOW_PRIVATE=1 for a sandbox`,
  );
}

/** Guards every outbound connection to an address that a user typed. */
export class OutboundGuard {
  constructor(readonly allowPrivate: boolean) {}

  /** An undici dispatcher that checks the resolved address at connect time, so that DNS cannot be swapped later. */
  dispatcher(options: Agent.Options = {}): Dispatcher {
    if (this.allowPrivate) return new Agent(options);
    return new Agent({ ...options, connect: { ...options.connect, lookup: guardedLookup } });
  }

  /** Looks names up for connections that are no undici's; undefined when everything is allowed. */
  get lookup(): LookupFunction | undefined {
    return this.allowPrivate ? undefined : guardedLookup;
  }

  /** @throws {OutboundRefusedError} when the host is, or resolves to, an address that is not public. */
  async assertPublicHost(host: string): Promise<void> {
    if (this.allowPrivate) return;
    const name = host.replace(/^\[|\]$/g, '');
    if (isIP(name)) {
      if (isPrivateAddress(name)) throw refusal(host);
      return;
    }
    await new Promise<void>((resolve, reject) =>
      guardedLookup(name, { all: true }, (error) => (error ? reject(error) : resolve())),
    );
  }
}
