import { InvariantError } from '@libs/foundation';
import type { ProviderDefinition, ProviderSettings, SettingField, SettingProblem } from '../../contract';
import { fieldProblems, textSetting } from '../../settings';
import { ApnsSession } from './apns-session';
import { readApnsKey } from './provider-tokens';

const fields: SettingField[] = [
  {
    name: 'privateKey',
    label: 'Key',
    kind: 'secret',
    isRequired: true,
    help: 'The text of the .p8 file that Apple gave you for Apple Push Notifications service (Certificates, Identifiers & Profiles > Keys).',
  },
  {
    name: 'keyId',
    label: 'Key ID',
    kind: 'text',
    isRequired: true,
    help: 'The 10 characters that name the key.',
  },
  {
    name: 'teamId',
    label: 'Team ID',
    kind: 'text',
    isRequired: true,
    help: 'The 10 characters that name your team (Membership details).',
  },
  {
    name: 'topic',
    label: 'Bundle ID',
    kind: 'text',
    isRequired: true,
    help: 'The bundle ID of the app, such as com.example.casino.',
  },
  {
    name: 'baseUrl',
    label: 'Address',
    kind: 'text',
    isRequired: false,
    help: "Only for a sandbox or proxy that stands in for both of Apple's hosts.",
  },
];

const shapes: [field: string, shape: RegExp, message: string][] = [
  ['keyId', /^[A-Z0-9]{10}$/, 'The key ID has 10 capital letters and digits'],
  ['teamId', /^[A-Z0-9]{10}$/, 'The team ID has 10 capital letters and digits'],
  [
    'topic',
    /^[A-Za-z0-9.-]{1,155}$/,
    'The bundle ID has letters, digits, dots and hyphens, such as com.example.casino',
  ],
];

/**
 * Apple Push Notification service over HTTP/2 with token authentication. Apple documents no protection against repeated
 * messages: an `apns-id` only names one. It does not report deliveries.
 */
export const apns: ProviderDefinition = {
  key: 'apns',
  name: 'Apple Push Notification service',
  medium: 'MOBILE_PUSH',
  pushService: 'APNS',
  hasReceipts: false,
  dedupe: 'none',
  fields,
  validateSettings,
  open(options) {
    const key = readApnsKey(textSetting(options.settings, 'privateKey'));
    if (!key) throw new InvariantError('The key of an APNs account is none');
    return new ApnsSession(key, options);
  },
};

function validateSettings(settings: ProviderSettings): SettingProblem[] {
  const problems = fieldProblems(fields, settings);
  if (problems.length > 0) return problems;
  const isKey = readApnsKey(textSetting(settings, 'privateKey')) !== null;
  const baseUrl = textSetting(settings, 'baseUrl', 'https://example.com');
  const isAddress = URL.canParse(baseUrl) && /^https?:$/.test(new URL(baseUrl).protocol);
  return [
    ...(isKey ? [] : [{ field: 'privateKey', message: 'This is no .p8 key; paste the whole text of the file' }]),
    ...shapes
      .filter(([field, shape]) => !shape.test(textSetting(settings, field)))
      .map(([field, , message]) => ({ field, message })),
    ...(isAddress ? [] : [{ field: 'baseUrl', message: 'The address must be a URL, such as https://…' }]),
  ];
}
