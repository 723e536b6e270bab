import type { EmailMessage, PushMessage } from '@libs/delivery';
import { LinkSigner, type PlatformConfig } from '@libs/platform';
import { compileContent } from '../domain/content/compile-content';
import { validateContent } from '../domain/content/validate-content';
import { MessageLinks } from './message-links';

const ref = { executionId: '01a20ad9-377e-7377-9a1d-93a0dab66681', seq: 1, medium: 'EMAIL' } as const;

describe('an e-mail', () => {
  const signer = {
    sign: (_payload: Buffer, { bound }: { bound: string }) => `signed-${bound}`,
  } as unknown as LinkSigner;
  const links = new MessageLinks(signer, { PUBLIC_URL: 'https://x.example' } as PlatformConfig);

  const sent = (email: object): EmailMessage => {
    const content = {
      email: { fromAddress: 'a@example.com', fromName: 'A', subject: 'S', html: '<p>Hi</p>', ...email },
      personalisation: { whenMissing: 'EMPTY' as const },
    };
    expect(validateContent(content).findings.filter(({ severity }) => severity === 'ERROR')).toEqual([]);
    const [outcome] = compileContent(content).renderSlice('EMAIL', [{ Desk: 'VIP\r\nBcc: x', user: {} }]);
    if (!outcome?.ok) throw new Error('Not rendered');
    return links.addTo({ ...outcome.message, deliveryId: 'd', to: 'p@example.com' } as EmailMessage, ref, new Date());
  };

  it('can be unsubscribed from with one click, unless its author switched that off', () => {
    expect(sent({}).unsubscribeUrl).toBe('https://x.example/t/u/signed-u');
    expect(sent({ hasUnsubscribeHeader: false }).unsubscribeUrl).toBeUndefined();
  });

  it('has links of ours wherever they stand, also in the buttons of other media', () => {
    const content = {
      mobilePush: { title: 'T', body: 'B', buttons: [{ id: 'p', label: 'P', url: '{{ system.url.profile }}' }] },
      personalisation: { whenMissing: 'EMPTY' as const },
    };
    const [outcome] = compileContent(content).renderSlice('MOBILE_PUSH', [{}]);
    if (!outcome?.ok) throw new Error('Not rendered');
    const message = { ...outcome.message, deliveryId: 'd', token: 't', platform: 'IOS' } as PushMessage;
    const { buttons } = links.addTo(message, { ...ref, medium: 'MOBILE_PUSH' }, new Date());
    expect(buttons).toEqual([{ id: 'p', label: 'P', url: 'https://x.example/t/p/signed-p' }]);
  });

  it('has a name for answers that cannot bring another header with it', () => {
    expect(sent({ replyTo: 'desk@example.com', replyToName: '{{ Desk }} desk' })).toMatchObject({
      replyTo: 'desk@example.com',
      replyToName: 'VIP Bcc: x desk',
    });
  });
});
