import { InvariantError } from '@libs/foundation';
import type { ProviderDefinition, ProviderSettings, SettingField, SettingProblem } from '../../contract';
import { fieldProblems, textSetting } from '../../settings';
import { FcmSession, fcmBaseUrl } from './fcm-session';
import { readServiceAccount } from './service-account';

const fields: SettingField[] = [
  {
    name: 'serviceAccount',
    label: 'Service account',
    kind: 'secret-json',
    isRequired: true,
    help: 'The JSON file of a service account with the role Firebase Cloud Messaging API Admin.',
  },
  {
    name: 'baseUrl',
    label: 'Address',
    kind: 'text',
    isRequired: false,
    help: `Only for a sandbox or proxy; ${fcmBaseUrl} when empty.`,
  },
];

/** Firebase Cloud Messaging, HTTP v1. It neither recognises repeated messages nor reports deliveries. */
export const fcm: ProviderDefinition = {
  key: 'fcm',
  name: 'Firebase Cloud Messaging',
  medium: 'MOBILE_PUSH',
  pushService: 'FCM',
  hasReceipts: false,
  dedupe: 'none',
  fields,
  validateSettings,
  open(options) {
    const account = readServiceAccount(textSetting(options.settings, 'serviceAccount'));
    if ('field' in account) throw new InvariantError(account.message);
    return new FcmSession(account, options);
  },
};

function validateSettings(settings: ProviderSettings): SettingProblem[] {
  const problems = fieldProblems(fields, settings);
  if (problems.length > 0) return problems;
  const account = readServiceAccount(textSetting(settings, 'serviceAccount'));
  const baseUrl = textSetting(settings, 'baseUrl', fcmBaseUrl);
  return [
    ...('field' in account ? [account] : []),
    ...(URL.canParse(baseUrl) ? [] : [{ field: 'baseUrl', message: 'The address must be a URL, such as https://…' }]),
  ];
}
