/** An address that people may recognise but not copy: `a…@example.com`, `…4567`. */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf('@');
  if (at > 0) return `${address.slice(0, 1)}…${address.slice(at)}`;
  return address.length > 8 ? `…${address.slice(-4)}` : '…';
}
