import type { Medium } from '@libs/delivery';
import type { Subscription } from '@modules/profiles';
import type { EngagementKind } from '../domain/engagement';
import type { PreferenceAnswers } from '../persistence/engagement.repository';

/** What somebody did with a message, as far as it says what they want to get. */
export interface Answering {
  kind: EngagementKind;
  medium: Medium;
  answers: PreferenceAnswers | null;
}

/** What it says about e-mail and SMS; absent: nothing. Leaving means the medium of the message, unless it was said elsewhere. */
export function saidOf({ kind, medium, answers }: Answering): { email?: Subscription; sms?: Subscription } {
  if (kind === 'UNSUBSCRIBED' && !answers) {
    return medium === 'SMS' ? { sms: 'UNSUBSCRIBED' } : { email: 'UNSUBSCRIBED' };
  }
  if (kind !== 'UNSUBSCRIBED' && kind !== 'PREFERENCES') return {};
  const meant = (wants: boolean): Subscription => (wants ? 'SUBSCRIBED' : 'UNSUBSCRIBED');
  return {
    ...(answers?.email === undefined ? {} : { email: meant(answers.email) }),
    ...(answers?.sms === undefined ? {} : { sms: meant(answers.sms) }),
  };
}
