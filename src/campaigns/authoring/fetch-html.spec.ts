import { OutboundGuard } from '@libs/platform';
import { FetchHtml } from './fetch-html';

describe('the page of an e-mail', () => {
  it.each(['http://127.0.0.1:80/', 'http://[::1]/', 'https://10.0.0.1/mail', 'http://169.254.169.254/latest'])(
    'is not fetched from %s, which is no public address',
    async (url) => {
      const fetches = new FetchHtml(new OutboundGuard(false));
      expect(await fetches.run(url)).toEqual({ html: null, problem: expect.stringContaining('private') });
      await fetches.onModuleDestroy();
    },
  );
});
