/** Which call comes to the address that a person entered in Optimove. */
export const webhookKind = 'event-14';

/** Where Optimove calls us back. It contains a secret: never log it. */
export function callbackAddress(
  publicUrl: string,
  { id, secret, kind }: { id: string; secret: string; kind: string },
): string {
  return `${publicUrl.replace(/\/$/, '')}/callbacks/optimove/${id}/${secret}/${kind}`;
}
