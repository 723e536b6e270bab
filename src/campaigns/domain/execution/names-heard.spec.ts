import { namesHeard } from './names-heard';

describe('customer ids that Optimove names', () => {
  const namesSince = new Date('2026-05-04T12:00:00.000Z');
  const after = (seconds: number): Date => new Date(namesSince.getTime() + seconds * 1000);

  it('mean whom they mean over the connection, where they were heard of long enough after it had its names', () => {
    expect(namesHeard({ namesSince }, after(60))).toEqual(namesSince);
    expect(namesHeard({ namesSince: null }, after(0))).toBeNull();
  });

  it.each([-3_600, 0, 5, 30])('have the first names where they were heard of %p seconds after that', (seconds) => {
    expect(namesHeard({ namesSince }, after(seconds))).toBeNull();
  });
});
