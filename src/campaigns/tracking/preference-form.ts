import { type Subscription, subscriptions } from '@modules/profiles';
import type { PreferenceAnswers } from '../persistence/engagement.repository';

type Shown = { email: Subscription; sms: Subscription };

/**
 * What a person said by saving the preference page. A box that stood empty because nothing was ever said and was left
 * empty says nothing; one that stood empty for a no says that no once more. *Stop everything* is a no to all.
 * @param current what is known now, for a form that does not tell what it showed.
 */
export function readPreferences(form: URLSearchParams, current: Shown): PreferenceAnswers {
  if (form.get('none') === 'yes') return { email: false, sms: false };
  const said = { email: answerOf(form, 'email', current), sms: answerOf(form, 'sms', current) };
  return {
    ...(said.email === null ? {} : { email: said.email }),
    ...(said.sms === null ? {} : { sms: said.sms }),
  };
}

/** The field of the form that tells what a box showed. */
export const shownField = (name: string): string => `${name}-was`;

function answerOf(form: URLSearchParams, name: keyof Shown, current: Shown): boolean | null {
  const given = form.get(shownField(name));
  const shown = subscriptions.find((subscription) => subscription === given) ?? current[name];
  const isTicked = form.get(name) === 'yes';
  if (isTicked) return shown === 'SUBSCRIBED' ? null : true;
  return shown === 'NOT_SET' ? null : false;
}
