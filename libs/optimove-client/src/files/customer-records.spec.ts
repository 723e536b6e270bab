import { recordReader } from './customer-records';
import { parseMetadata } from './metadata';

const metadata = (more: object = {}) =>
  parseMetadata(
    JSON.stringify({
      EngagementID: 144_523,
      CampaignID: 38_085,
      ChannelID: 506,
      TemplateID: 7731,
      ScheduledTime: '2026-05-04T16:00:00Z',
      NumberOfCustomers: 1,
      NumberOfFiles: 1,
      Promotions: 'WB23,NV10',
      ...more,
    }),
  );
const record = { customerid: 'A8272', FirstName: 'Ann' };

describe('the values of a customer of a file', () => {
  it('have the promo codes of the metadata where the files have none', () => {
    const { read } = recordReader(record, ['FirstName', 'promoCode'], metadata());
    expect(read(record)).toMatchObject({ row: { customerId: 'A8272', attributes: ['Ann', 'WB23,NV10'] } });
  });

  it('have the promo codes of the file where it has them', () => {
    const own = { ...record, PromoCode: 'OWN' };
    expect(recordReader(own, ['promoCode'], metadata()).read(own)).toMatchObject({ row: { attributes: ['OWN'] } });
  });

  it('have none where nothing names any', () => {
    const { read } = recordReader(record, ['promoCode'], metadata({ Promotions: '' }));
    expect(read(record)).toMatchObject({ row: { attributes: [null] } });
  });

  it('are none where a field is missing, which is named', () => {
    const { read, missing } = recordReader(record, ['Email', 'FirstName', 'promoCode'], metadata());
    expect(missing).toEqual(['Email']);
    expect(read(record)).toMatchObject({ row: { attributes: [null, 'Ann', 'WB23,NV10'] } });
  });
});
