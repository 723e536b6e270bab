import { Readable } from 'node:stream';
import type { Audience } from './audience';
import { type Customer, makeCustomer } from './customer';

const linesAtOnce = 500;

/** Profiles of the audience's customers as an operator would import them; the unmatched are left out. */
export function profilesFile(audience: Audience): Readable {
  return Readable.from(
    lines(
      audience,
      'userId,email,emailSubscription,smsSubscription,first_name',
      ({ customerId, email, peculiarity, attributes }) => {
        if (peculiarity === 'unmatched') return null;
        const emailState =
          peculiarity === 'unsubscribed' || peculiarity === 'emailUnsubscribed' ? 'UNSUBSCRIBED' : 'SUBSCRIBED';
        const smsState =
          peculiarity === 'unsubscribed' || peculiarity === 'smsUnsubscribed' ? 'UNSUBSCRIBED' : 'SUBSCRIBED';
        return `${customerId},${email},${emailState},${smsState},${attributes.FirstName}`;
      },
    ),
  );
}

/** Devices of the audience's customers. */
export function devicesFile(audience: Audience): Readable {
  return Readable.from(
    lines(audience, 'userId,token,platform,pushSubscription', ({ customerId, deviceToken, platform, peculiarity }) => {
      if (peculiarity === 'unmatched' || peculiarity === 'noDevice') return null;
      const state =
        peculiarity === 'unsubscribed' || peculiarity === 'pushUnsubscribed' ? 'UNSUBSCRIBED' : 'SUBSCRIBED';
      return `${customerId},${deviceToken},${platform},${state}`;
    }),
  );
}

function* lines(audience: Audience, header: string, lineOf: (customer: Customer) => string | null): Generator<string> {
  let text = `${header}\n`;
  for (let index = 0; index < audience.count; index += 1) {
    const line = lineOf(makeCustomer(audience.seed, audience.mix, index));
    if (line !== null) text += `${line}\n`;
    if (index % linesAtOnce === 0) {
      yield text;
      text = '';
    }
  }
  yield text;
}
