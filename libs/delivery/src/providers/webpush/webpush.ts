import type { ProviderDefinition, ProviderSettings, SettingField, SettingProblem } from '../../contract';
import { fieldProblems, textSetting } from '../../settings';
import { newVapidKeys, vapidProblem } from './vapid';
import { WebPushSession } from './webpush-session';

const fields: SettingField[] = [
  {
    name: 'subject',
    label: 'Contact',
    kind: 'text',
    isRequired: true,
    help: 'How push services reach you about your messages: mailto:… or https://….',
  },
  {
    name: 'publicKey',
    label: 'Public key',
    kind: 'text',
    isRequired: true,
    help: 'The applicationServerKey that your site subscribes with. Made with the account when it is left out.',
  },
  {
    name: 'privateKey',
    label: 'Private key',
    kind: 'secret',
    isRequired: true,
    help: 'Made with the account when it is left out; give your own pair to keep the subscriptions that you have.',
  },
  {
    name: 'baseUrl',
    label: 'Address',
    kind: 'text',
    isRequired: false,
    help: 'Only for a sandbox or proxy that stands in for every push service.',
  },
];

/** Web push: RFC 8030, 8291 and 8292, to whichever push service a browser uses. No service recognises a repeated message. */
export const webPush: ProviderDefinition = {
  key: 'webpush',
  name: 'Web push',
  medium: 'WEB_PUSH',
  hasReceipts: false,
  dedupe: 'none',
  fields,
  makeSettings: () => ({ ...newVapidKeys() }),
  validateSettings,
  open: (options) => new WebPushSession(options),
};

function validateSettings(settings: ProviderSettings): SettingProblem[] {
  const problems = fieldProblems(fields, settings);
  if (problems.length > 0) return problems;
  const keys = { publicKey: textSetting(settings, 'publicKey'), privateKey: textSetting(settings, 'privateKey') };
  const keyProblem = vapidProblem(keys);
  const isContact = /^(mailto:[^@\s]+@[^@\s]+|https:\/\/\S+)$/.test(textSetting(settings, 'subject'));
  const isAddress = URL.canParse(textSetting(settings, 'baseUrl', 'https://example.com'));
  return [
    ...(isContact ? [] : [{ field: 'subject', message: 'The contact must be mailto:… or https://…' }]),
    ...(keyProblem ? [keyProblem] : []),
    ...(isAddress ? [] : [{ field: 'baseUrl', message: 'The address must be a URL, such as https://…' }]),
  ];
}
