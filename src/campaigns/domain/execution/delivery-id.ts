import type { Medium } from '@libs/delivery';

const codes: Record<Medium, string> = {
  MOBILE_PUSH: 'P',
  WEB_PUSH: 'W',
  SMS: 'S',
  EMAIL: 'E',
  INBOX: 'I',
  IN_APP: 'A',
};

const shape = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(\d{1,9})\.([A-Z])\.(.{1,64})$/;

/** Names one hand-over: one recipient, one medium, one address. The provider's idempotency key where it has one. */
export function deliveryId(delivery: { executionId: string; seq: number; medium: Medium; addressKey: string }): string {
  return `${delivery.executionId}.${delivery.seq}.${codes[delivery.medium]}.${delivery.addressKey}`;
}

/** The reverse of {@link deliveryId}; null when the text is none. */
export function readDeliveryId(
  text: string,
): { executionId: string; seq: number; medium: Medium; addressKey: string } | null {
  const [, executionId = '', seq = '', code = '', addressKey = ''] = shape.exec(text) ?? [];
  const medium = (Object.keys(codes) as Medium[]).find((each) => codes[each] === code);
  return medium ? { executionId, seq: Number(seq), medium, addressKey } : null;
}
