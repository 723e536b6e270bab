import type { ProviderDefinition, ProviderSettings, SettingField, SettingProblem } from '../../contract';
import { fieldProblems, numberSetting, portProblems, textSetting } from '../../settings';
import { errorCodesIn, usualUnknownNumberErrors } from './receipt';
import { SmppSession } from './smpp-session';

const fields: SettingField[] = [
  { name: 'host', label: 'Host', kind: 'text', isRequired: true, help: 'Name of the SMS centre.' },
  { name: 'port', label: 'Port', kind: 'number', isRequired: true, help: 'Usually 2775, or 3550 with TLS.' },
  { name: 'isSecure', label: 'TLS', kind: 'boolean', isRequired: false, help: 'Encrypts the connection.' },
  { name: 'systemId', label: 'System id', kind: 'text', isRequired: true, help: 'The user name, up to 15 characters.' },
  { name: 'password', label: 'Password', kind: 'secret', isRequired: true, help: 'Up to 8 characters.' },
  {
    name: 'systemType',
    label: 'System type',
    kind: 'text',
    isRequired: false,
    help: 'Only when the SMS centre asks for one.',
  },
  {
    name: 'windowSize',
    label: 'Window',
    kind: 'number',
    isRequired: false,
    help: 'How many messages may wait for their answer at once, 1 to 1000; 50 when empty.',
  },
  {
    name: 'unknownNumberErrors',
    label: 'Errors of numbers that do not exist',
    kind: 'text',
    isRequired: false,
    help: 'Codes by which the SMS centre says in a receipt that a number does not exist, such as 001,017; 001 when empty. Such numbers are not used again.',
  },
  {
    name: 'countryCode',
    label: 'Country code of national numbers',
    kind: 'text',
    isRequired: false,
    help: 'Put in front of numbers that texts come from without one, such as 44 for 07700 900123. Without it their STOP cannot be put to anybody.',
  },
  {
    name: 'stopReply',
    label: 'Answer to STOP',
    kind: 'text',
    isRequired: false,
    help: 'Sent to whoever unsubscribes by text; nothing when empty.',
  },
  {
    name: 'startReply',
    label: 'Answer to START',
    kind: 'text',
    isRequired: false,
    help: 'Sent to whoever subscribes by text; nothing when empty.',
  },
  {
    name: 'helpReply',
    label: 'Answer to HELP',
    kind: 'text',
    isRequired: false,
    help: 'Who we are, and how to stop; nothing when empty.',
  },
];

const defaultWindow = 50;
const largestWindow = 1_000;
const longestReply = 459;
const longestTexts = { systemId: 15, password: 8, systemType: 12 } as const;
const times = { connectMs: 10_000, answerMs: 30_000, enquireEveryMs: 30_000, closeMs: 2_000 };

/** Any SMS centre over SMPP 3.4. Messages carry no id of ours, so a repeat is not recognised. */
export const smpp: ProviderDefinition = {
  key: 'smpp',
  name: 'SMPP 3.4',
  medium: 'SMS',
  hasReceipts: true,
  dedupe: 'none',
  fields,
  validateSettings,
  open({ settings, assertPublicHost, onReceipts, onTexts }) {
    const host = textSetting(settings, 'host');
    return new SmppSession({
      access: {
        host,
        port: numberSetting(settings, 'port', 2775),
        isTls: settings.isSecure === true,
        systemId: textSetting(settings, 'systemId'),
        password: textSetting(settings, 'password'),
        systemType: textSetting(settings, 'systemType'),
      },
      times,
      windowSize: numberSetting(settings, 'windowSize', defaultWindow),
      assertHost: async () => assertPublicHost?.(host),
      onReceipts,
      onTexts,
      unknownNumber: errorCodesIn(textSetting(settings, 'unknownNumberErrors', usualUnknownNumberErrors)),
      countryCode: textSetting(settings, 'countryCode'),
      replies: {
        STOP: textSetting(settings, 'stopReply'),
        START: textSetting(settings, 'startReply'),
        HELP: textSetting(settings, 'helpReply'),
      },
    });
  },
};

function validateSettings(settings: ProviderSettings): SettingProblem[] {
  const problems = [...fieldProblems(fields, settings), ...portProblems(settings, 'port')];
  const window = numberSetting(settings, 'windowSize', defaultWindow);
  if (!Number.isInteger(window) || window < 1 || window > largestWindow)
    problems.push({ field: 'windowSize', message: `The window must be a whole number from 1 to ${largestWindow}` });
  if (!/^[\w, ]{0,200}$/.test(textSetting(settings, 'unknownNumberErrors')))
    problems.push({
      field: 'unknownNumberErrors',
      message: 'These must be codes with commas between, such as 001,017',
    });
  if (!/^([1-9]\d{0,2})?$/.test(textSetting(settings, 'countryCode')))
    problems.push({ field: 'countryCode', message: 'A country code is 1 to 3 digits without + or zeros in front' });
  for (const [field, longest] of Object.entries(longestTexts))
    if (textSetting(settings, field).length > longest)
      problems.push({ field, message: `SMPP 3.4 allows at most ${longest} characters here` });
  for (const field of ['stopReply', 'startReply', 'helpReply'])
    if (textSetting(settings, field).length > longestReply)
      problems.push({ field, message: `An answer has at most ${longestReply} characters` });
  return problems;
}
