import { generateKeyPairSync, verify } from 'node:crypto';
import { ProviderTokens, readApnsKey } from './provider-tokens';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const minutes = (count: number): number => Date.UTC(2026, 0, 1, 12, 0) + count * 60_000;
const make = () => new ProviderTokens({ key: privateKey, keyId: 'ABCDE12345', teamId: 'TEAM123456' });
const part = (header: string, index: number) =>
  JSON.parse(Buffer.from(header.split(' ')[1]?.split('.')[index] ?? '', 'base64url').toString());

describe('tokens for APNs', () => {
  it('are signed with ES256 and name key, team and time', () => {
    const header = make().header(minutes(7));
    expect(part(header, 0)).toEqual({ alg: 'ES256', kid: 'ABCDE12345' });
    expect(part(header, 1)).toEqual({ iss: 'TEAM123456', iat: minutes(0) / 1_000 });
    const [head, claims, signature = ''] = header.replace('bearer ', '').split('.');
    const key = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
    expect(verify('sha256', Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, 'base64url'))).toBe(true);
  });

  it('stay for half an hour: never older than an hour, never renewed within 20 minutes', () => {
    const tokens = make();
    const headers = Array.from({ length: 120 }, (_, minute) => tokens.header(minutes(minute)));
    expect(new Set(headers).size).toBe(4);
    headers.forEach((header, minute) => {
      const ageSeconds = minutes(minute) / 1_000 - part(header, 1).iat;
      expect(ageSeconds).toBeGreaterThanOrEqual(0);
      expect(ageSeconds).toBeLessThan(3_600);
    });
    const issued = [...new Set(headers.map((header) => part(header, 1).iat as number))];
    const pauses = issued.slice(1).map((at, index) => at - (issued[index] ?? 0));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(1_200);
  });

  it('have the same time in two processes, so that neither looks too new to Apple', () => {
    expect(part(make().header(minutes(12)), 1)).toEqual(part(make().header(minutes(29)), 1));
  });

  it('take keys on the curve P-256 alone', () => {
    expect(readApnsKey(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())).not.toBeNull();
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    expect(readApnsKey(rsa.export({ type: 'pkcs8', format: 'pem' }).toString())).toBeNull();
    expect(readApnsKey('no key')).toBeNull();
  });
});
