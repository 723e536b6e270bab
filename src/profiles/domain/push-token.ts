import type { ApnsEnvironment, PushService } from '@libs/delivery';

/** A push token as an app or a file names it. */
export interface NamedToken {
  token: string | null;
  platform: string;
  /** FCM when nothing is said. */
  pushService: PushService | null;
  /** PRODUCTION when nothing is said. */
  apnsEnvironment: ApnsEnvironment | null;
}

/** Apple keeps its right to other lengths than today's 32 bytes. */
const apnsToken = /^(?:[0-9a-f]{2}){32,100}$/i;

/** What does not fit together, at which field and with the remedy; null when everything does. */
export function pushTokenProblem(
  named: NamedToken,
): { field: 'token' | 'pushService' | 'apnsEnvironment'; message: string } | null {
  const { token, platform, pushService, apnsEnvironment } = named;
  const instead = 'leave pushService out for a token of FCM';
  if (pushService !== 'APNS') {
    const message = 'apnsEnvironment goes with a token of APNS alone; leave it out, or send pushService APNS with it';
    return apnsEnvironment ? { field: 'apnsEnvironment', message } : null;
  }
  if (platform !== 'IOS') return { field: 'pushService', message: `Only iOS apps have tokens of APNS; ${instead}` };
  if (token === null || apnsToken.test(token)) return null;
  return { field: 'token', message: `A token of APNS is written as hexadecimal digits, 64 or more; ${instead}` };
}

/** A token as it is stored: hexadecimal digits may come in capitals. */
export function storedToken({ token, pushService }: Pick<NamedToken, 'token' | 'pushService'>): string | null {
  return pushService === 'APNS' && token ? token.toLowerCase() : token;
}

/** Where a token of APNs is good; null for a token of FCM, and without a token. */
export function storedEnvironment({
  token,
  pushService,
  apnsEnvironment,
}: Omit<NamedToken, 'platform'>): ApnsEnvironment | null {
  return token !== null && pushService === 'APNS' ? (apnsEnvironment ?? 'PRODUCTION') : null;
}
