import { isUuid, timeOfId } from './ids';

const version = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('a new id', () => {
  /** Of a process of its own: what other tests made of the clock is nothing to it. */
  let newId: () => string;
  beforeEach(() => jest.isolateModules(() => ({ newId } = require('./ids'))));
  afterEach(() => jest.useRealTimers());

  it('is a UUID of version 7 that tells when it was made', () => {
    const before = Date.now();
    const id = newId();
    expect(id).toMatch(version);
    expect(isUuid(id)).toBe(true);
    const at = timeOfId(id).getTime();
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(Date.now());
  });

  it('is later than each before it, however many are made in a millisecond, and its random part another one', () => {
    const ids = Array.from({ length: 20_000 }, newId);
    expect(ids).toEqual([...ids].sort());
    expect(new Set(ids.map((id) => id.slice(-10))).size).toBeGreaterThan(19_990);
    expect(ids.every((id) => version.test(id))).toBe(true);
  });

  it('is later than the last one where the clock was set back', () => {
    const last = newId();
    jest.useFakeTimers({ now: Date.now() - 3_600_000 });
    expect(newId() > last).toBe(true);
  });

  it('of version 7 tells its time wherever it was made', () => {
    expect(timeOfId('017f22e2-79b0-7cc3-98c4-dc0c0c07398f')).toEqual(new Date('2022-02-22T19:22:22.000Z'));
  });
});
