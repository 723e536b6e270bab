import { OutboundGuard } from '@libs/platform';
import { FetchHtml } from './fetch-html';

describe('the page of an e-mail', () => {
  const fetches = new FetchHtml(new OutboundGuard(false));
  afterAll(() => fetches.onModuleDestroy());

  it.each([
    ['http://192.0.2.1/mail.html', 'begins with https://'],
    ['ftp://192.0.2.1/mail.html', 'begins with https://'],
    ['https://127.0.0.1/mail.html', 'private'],
  ])('is not fetched from %s', async (url, why) => {
    expect(await fetches.run(url)).toEqual({ html: null, problem: expect.stringContaining(why) });
  });
});
