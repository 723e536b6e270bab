import { createECDH } from 'node:crypto';
import { encrypt } from './encrypt';

const bytes = (text: string): Buffer => Buffer.from(text, 'base64url');

describe('encrypting for a browser', () => {
  it('gives the message of the example in RFC 8291', () => {
    const keys = {
      p256dh: bytes('BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4'),
      auth: bytes('BTBZMqHH6r4Tts7J_aSIgg'),
    };
    const sender = createECDH('prime256v1');
    sender.setPrivateKey(bytes('yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw'));
    const random = { salt: bytes('DGv6ra1nlYgDCS1FRnbzlw'), sender };
    const encrypted = encrypt(Buffer.from('When I grow up, I want to be a watermelon'), keys, random);
    expect(encrypted.toString('base64url')).toBe(
      'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
    );
  });

  it('gives another message each time', () => {
    const keys = {
      p256dh: bytes('BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4'),
      auth: bytes('BTBZMqHH6r4Tts7J_aSIgg'),
    };
    expect(encrypt(Buffer.from('same'), keys).equals(encrypt(Buffer.from('same'), keys))).toBe(false);
  });

  it('throws for a key that is no point of the curve', () => {
    expect(() => encrypt(Buffer.from('x'), { p256dh: Buffer.alloc(65, 4), auth: Buffer.alloc(16) })).toThrow();
  });
});
