import { ratesOf, toMediumFunnels } from './medium-funnel';

const funnelOf = (counts: Record<string, number>) =>
  toMediumFunnels(Object.entries(counts).map(([measure, count]) => ({ measure, count })));

describe('sums by medium', () => {
  it('tell people, events and programs apart, and media of which nothing is counted are absent', () => {
    const funnels = funnelOf({
      ...{ 'PEOPLE:SMS:SENT': 4, 'PEOPLE:EMAIL:SENT': 10, 'PEOPLE:EMAIL:OPENED': 4, 'PEOPLE:EMAIL:BOUNCED': 2 },
      ...{ 'EVENT:EMAIL:OPENED': 9, 'EVENT:EMAIL:MACHINE_OPENED': 3, 'EVENT:EMAIL:DISMISSED': 1 },
    });
    expect(funnels).toEqual([
      expect.objectContaining({
        medium: 'EMAIL',
        sent: 10,
        opened: 4,
        opens: 9,
        machineOpens: 3,
        bounced: 2,
        clicks: 0,
      }),
      expect.objectContaining({ medium: 'SMS', sent: 4, opened: 0 }),
    ]);
  });

  it('have shares of those whom a message reached, by what is known', () => {
    const [told] = funnelOf({
      'PEOPLE:SMS:SENT': 10,
      'PEOPLE:SMS:DELIVERED': 4,
      'PEOPLE:SMS:BOUNCED': 2,
      'PEOPLE:SMS:CLICKED': 2,
    });
    expect(told && ratesOf(told)).toMatchObject({
      deliveryRate: 0.4,
      bounceRate: 0.2,
      clickRate: 0.25,
      openRate: 0,
      clickToOpenRate: null,
    });
    const [running] = funnelOf({ 'PEOPLE:SMS:DELIVERED': 4, 'PEOPLE:SMS:OPENED': 2 });
    expect(running && ratesOf(running)).toMatchObject({ deliveryRate: 1, openRate: 0.5 });
    const [nobody] = funnelOf({ 'EVENT:EMAIL:MACHINE_OPENED': 1 });
    expect(nobody && ratesOf(nobody)).toMatchObject({ deliveryRate: null, openRate: null, complaintRate: null });
  });
});
