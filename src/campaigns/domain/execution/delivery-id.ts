import type { Medium } from '@libs/delivery';

const codes: Record<Medium, string> = {
  MOBILE_PUSH: 'P',
  WEB_PUSH: 'W',
  SMS: 'S',
  EMAIL: 'E',
  INBOX: 'I',
  IN_APP: 'A',
};

/** Names one hand-over: one recipient, one medium, one address. The provider's idempotency key where it has one. */
export function deliveryId(delivery: { executionId: string; seq: number; medium: Medium; addressKey: string }): string {
  return `${delivery.executionId}.${delivery.seq}.${codes[delivery.medium]}.${delivery.addressKey}`;
}
