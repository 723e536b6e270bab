import { Readable } from 'node:stream';
import type { Audience } from './audience';
import { type Customer, makeCustomer } from './customer';
import type { Peculiarity } from './mix';

const linesAtOnce = 500;

type Subscription = 'SUBSCRIBED' | 'UNSUBSCRIBED' | 'NOT_SET';

/**
 * Profiles of the audience's customers as an operator would import them; the unmatched are left out. Without numbers
 * a client can only learn them from the attribute `MobileNumber`; with numbers, those of a wrong format are empty.
 */
export function profilesFile(audience: Audience, { hasNumbers }: { hasNumbers: boolean }): Readable {
  const columns = ['userId', 'email', ...(hasNumbers ? ['mobileNumber'] : []), ...profileColumns];
  return Readable.from(lines(audience, columns, (customer) => profileOf(customer, hasNumbers)));
}

const profileColumns = ['emailSubscription', 'smsSubscription', 'first_name'];

function profileOf({ customerId, email, peculiarity, attributes }: Customer, hasNumbers: boolean): string[] | null {
  if (peculiarity === 'unmatched') return null;
  const number = peculiarity === 'badNumber' ? '' : (attributes.MobileNumber ?? '');
  return [
    customerId,
    email,
    ...(hasNumbers ? [number] : []),
    subscription(peculiarity, 'emailUnsubscribed'),
    subscription(peculiarity, 'smsUnsubscribed'),
    attributes.FirstName ?? '',
  ];
}

/** Devices of the audience's customers; the unmatched and those without a device are left out. */
export function devicesFile(audience: Audience): Readable {
  const columns = ['userId', 'token', 'platform', 'pushService', 'pushSubscription'];
  return Readable.from(
    lines(audience, columns, ({ customerId, deviceToken, platform, pushService, peculiarity }) => {
      if (peculiarity === 'unmatched' || peculiarity === 'noDevice') return null;
      const isOff = peculiarity === 'unsubscribed' || peculiarity === 'pushUnsubscribed';
      return [customerId, deviceToken, platform, pushService, isOff ? 'UNSUBSCRIBED' : 'SUBSCRIBED'];
    }),
  );
}

function subscription(peculiarity: Peculiarity | null, no: Peculiarity): Subscription {
  if (peculiarity === 'notSet') return 'NOT_SET';
  return peculiarity === 'unsubscribed' || peculiarity === no ? 'UNSUBSCRIBED' : 'SUBSCRIBED';
}

function* lines(
  audience: Audience,
  columns: string[],
  cellsOf: (customer: Customer) => string[] | null,
): Generator<string> {
  let text = `${columns.join(',')}\n`;
  for (let index = 0; index < audience.count; index += 1) {
    const cells = cellsOf(makeCustomer(audience.seed, audience.mix, index));
    if (cells !== null) text += `${cells.join(',')}\n`;
    if (index % linesAtOnce === 0) {
      yield text;
      text = '';
    }
  }
  yield text;
}
