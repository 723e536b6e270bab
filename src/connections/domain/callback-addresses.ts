import { BlockList, isIP } from 'node:net';
import type { FieldProblem } from './field-problem';

const mostBits = { 4: 32, 6: 128 };

/** The problem of an allow list as typed, or null: each entry is an address or a network, such as 203.0.113.0/24. */
export function addressesProblem(addresses: string[]): FieldProblem | null {
  const index = addresses.findIndex((address) => parse(address) === null);
  if (index < 0) return null;
  const message = `“${addresses[index]}” is neither an IP address nor a network, such as 203.0.113.7 or 203.0.113.0/24`;
  return { path: ['callbackAddresses', String(index)], message };
}

/** Whether an address is in an allow list; an empty list allows every address. */
export function isAllowedAddress(addresses: string[], from: string): boolean {
  if (addresses.length === 0) return true;
  const list = new BlockList();
  for (const address of addresses) {
    const parsed = parse(address);
    if (parsed) list.addSubnet(parsed.address, parsed.bits, parsed.family);
  }
  // An IPv4 caller of a socket that speaks both is written as IPv6.
  const plain = from.replace(/^::ffff:(?=\d+\.)/i, '');
  const family = isIP(plain);
  return family !== 0 && list.check(plain, family === 4 ? 'ipv4' : 'ipv6');
}

function parse(text: string): { address: string; bits: number; family: 'ipv4' | 'ipv6' } | null {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if ((version !== 4 && version !== 6) || rest.length > 0) return null;
  if (bits !== undefined && !/^\d{1,3}$/.test(bits)) return null;
  const most = mostBits[version];
  const length = bits === undefined ? most : Number(bits);
  return length > most ? null : { address, bits: length, family: version === 4 ? 'ipv4' : 'ipv6' };
}
