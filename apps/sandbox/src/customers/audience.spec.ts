import { type Audience, audienceRows, countAudience, findCustomer, rowCount } from './audience';
import { makeCustomer } from './customer';
import { peculiarities, plainMix } from './mix';

const mix = { ...plainMix, unmatched: 0.1, badNumber: 0.2, notSet: 0.05, duplicate: 0.02, malformed: 0.01 };
const audience: Audience = { count: 10_000, seed: 7, mix };

describe('an audience', () => {
  it('is the same whenever and however it is read', () => {
    const whole = [...audienceRows(audience, 0, 20_000)];
    const paged = [0, 4_000, 8_000, 12_000].flatMap((skip) => [...audienceRows(audience, skip, 4_000)]);
    expect(paged).toEqual(whole);
    expect(whole).toHaveLength(rowCount(audience));
  });

  it('holds every customer once, then the repeats, then the malformed rows', () => {
    const rows = [...audienceRows(audience, 0, rowCount(audience))];
    const ids = rows.flatMap((row) => (row.kind === 'customer' ? [row.customer.customerId] : []));
    expect(new Set(ids.slice(0, 10_000)).size).toBe(10_000);
    expect(ids.slice(10_000)).toEqual(ids.slice(0, 200));
    expect(rows.filter(({ kind }) => kind === 'malformed')).toHaveLength(100);
  });

  it('has the shares that were ordered, within chance', () => {
    const counts = countAudience(audience);
    expect(counts).toMatchObject({ rows: 10_300, customers: 10_000, duplicates: 200, malformed: 100, noDevice: 0 });
    expect(Math.abs(counts.unmatched - 1_000)).toBeLessThan(150);
    expect(Math.abs(counts.badNumber - 2_000)).toBeLessThan(200);
    const sum = peculiarities.reduce((total, name) => total + counts[name], counts.ordinary);
    expect(sum).toBe(10_000);
  });

  it('differs with the seed', () => {
    const ids = (seed: number) =>
      [...audienceRows({ ...audience, seed }, 0, 10)].map((row) => row.kind === 'customer' && row.customer.customerId);
    expect(ids(8)).not.toEqual(ids(7));
  });

  it('gives values that fit its customers', () => {
    const customers = Array.from({ length: 500 }, (_, index) => makeCustomer(7, mix, index));
    for (const { customerId, email, peculiarity, attributes } of customers) {
      expect(attributes.UserId).toBe(customerId);
      expect(attributes.Email).toBe(peculiarity === 'unmatched' ? null : email);
      if (peculiarity === 'unmatched') expect(attributes.MobileNumber).toBeNull();
      else if (peculiarity === 'badNumber') expect(attributes.MobileNumber).not.toMatch(/^[1-9]\d{7,14}$/);
      else expect(attributes.MobileNumber).toMatch(/^447\d+$/);
    }
  });

  it('is searched by customer ID', () => {
    const third = makeCustomer(7, mix, 2);
    expect(findCustomer([{ ...audience, seed: 70 }, audience], third.customerId)).toEqual(third);
    expect(findCustomer([audience], 'A70010000')).toBeNull();
    expect(findCustomer([audience], 'A8272')).toBeNull();
    expect(findCustomer([audience], 'B70000002')).toBeNull();
  });
});
