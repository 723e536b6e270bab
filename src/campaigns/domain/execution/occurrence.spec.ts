import { fingerprintOf, type Trigger, valuesOf } from './occurrence';

const trigger: Trigger = {
  eventTypeId: 11,
  timeStamp: '2026-05-04 09:12:33',
  campaignId: 'b1f09',
  channelId: 506,
  templateId: '7731',
  customerId: 'A8272',
  promoCodes: ['WB23', 'NV10'],
  notes: 'free text',
  parameters: { Event_Device_Type: 'mobile', amount: 20, broken: 'a\u0000b\ud800c' },
};

describe('an occurrence of a trigger', () => {
  it('is the same whatever the order of its parameters, and another with any other value or time', () => {
    const same = { ...trigger, parameters: { broken: 'a\u0000b\ud800c', amount: 20, Event_Device_Type: 'mobile' } };
    expect(fingerprintOf(same).equals(fingerprintOf(trigger))).toBe(true);
    expect(fingerprintOf({ ...trigger, timeStamp: '2026-05-04 09:12:34' }).equals(fingerprintOf(trigger))).toBe(false);
    expect(fingerprintOf({ ...trigger, customerId: 'A8273' }).equals(fingerprintOf(trigger))).toBe(false);
  });

  it('is the same whatever the order of what its parameters hold', () => {
    const nested = (parameters: Record<string, unknown>) => fingerprintOf({ ...trigger, parameters });
    const one = nested({ bet: { amount: 1, lines: [{ a: 1, b: 2 }] } });
    expect(nested({ bet: { lines: [{ b: 2, a: 1 }], amount: 1 } }).equals(one)).toBe(true);
    expect(nested({ bet: { lines: [{ b: 1, a: 2 }], amount: 1 } }).equals(one)).toBe(false);
  });

  it('gives promo codes and notes as storable text too', () => {
    const broken = { ...trigger, promoCodes: ['A\u0000'], notes: 'n\ud800' };
    expect(valuesOf(broken, ['promoCode', 'notes'])).toEqual(['A', 'n']);
  });

  it('gives values by name in any case, promo codes and notes among them, as storable text', () => {
    const names = ['event_device_type', 'AMOUNT', 'promoCode', 'notes', 'broken', 'missing'];
    expect(valuesOf(trigger, names)).toEqual(['mobile', '20', 'WB23, NV10', 'free text', 'abc', null]);
  });
});
