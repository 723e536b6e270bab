import { maskBody } from './mask-body';

describe('maskBody', () => {
  it('hides secrets, addresses and numbers and leaves what tells the call', () => {
    const body = {
      CampaignID: 27,
      CustomerID: 'A8272',
      token: 'abc',
      Email: 'anna@example.com',
      Mobile: '353861234567',
    };
    const shown = maskBody(Buffer.from(JSON.stringify(body)));
    expect(JSON.parse(shown)).toEqual({
      CampaignID: 27,
      CustomerID: 'A8272',
      token: '***',
      Email: '***@example.com',
      Mobile: '***67',
    });
  });

  it('shows what is no JSON, too, and never more than 4,000 characters', () => {
    expect(maskBody(Buffer.from('<broken>anna@example.com'))).toBe('<broken>***@example.com');
    expect(maskBody(Buffer.from('x'.repeat(5_000)))).toHaveLength(4_000);
  });
});
