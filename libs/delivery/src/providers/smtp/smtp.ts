import type { ProviderDefinition, ProviderSettings, SettingField, SettingProblem } from '../../contract';
import { fieldProblems, numberSetting, portProblems, textSetting } from '../../settings';
import { readReport, reporters } from './reports/read-report';
import { isSendGridKey } from './reports/sendgrid';
import { SmtpSession } from './smtp-session';

const fields: SettingField[] = [
  { name: 'host', label: 'Host', kind: 'text', isRequired: true, help: 'Name of the mail server.' },
  { name: 'port', label: 'Port', kind: 'number', isRequired: true, help: '587 with STARTTLS, 465 with TLS.' },
  { name: 'isSecure', label: 'TLS from the start', kind: 'boolean', isRequired: false, help: 'Usual on port 465.' },
  {
    name: 'allowsPlain',
    label: 'Allow unencrypted',
    kind: 'boolean',
    isRequired: false,
    help: 'Only for a sandbox: without it the server must offer STARTTLS.',
  },
  { name: 'user', label: 'User', kind: 'text', isRequired: false, help: 'Empty when the server needs no login.' },
  { name: 'password', label: 'Password', kind: 'secret', isRequired: false, help: 'Goes with the user.' },
  {
    name: 'connections',
    label: 'Connections',
    kind: 'number',
    isRequired: false,
    help: 'How many connections one process keeps open, 1 to 50; 5 when empty.',
  },
  {
    name: 'reports',
    label: 'Reports come from',
    kind: 'text',
    isRequired: false,
    help: 'Who posts bounces and complaints to the report address: MAIL (a mail server passes on the mails; the default), SENDGRID or MAILGUN.',
  },
  {
    name: 'reportsKey',
    label: 'Key of the reports',
    kind: 'secret',
    isRequired: false,
    help: "SendGrid's verification key of the event webhook, or Mailgun's webhook signing key.",
  },
];

const defaultConnections = 5;
const mostConnections = 50;
const timeoutMs = 30_000;

/** Any mail server over SMTP. What becomes of a mail later is posted to the account's report address. */
export const smtp: ProviderDefinition = {
  key: 'smtp',
  name: 'SMTP',
  medium: 'EMAIL',
  hasReceipts: false,
  dedupe: 'none',
  fields,
  validateSettings,
  readReport,
  open({ settings, assertPublicHost }) {
    const host = textSetting(settings, 'host');
    const isSecure = settings.isSecure === true;
    const server = {
      host,
      port: numberSetting(settings, 'port', 587),
      secure: isSecure,
      requireTLS: !isSecure && settings.allowsPlain !== true,
      user: textSetting(settings, 'user') || undefined,
      password: textSetting(settings, 'password'),
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
    };
    const connections = numberSetting(settings, 'connections', defaultConnections);
    return new SmtpSession(server, connections, async () => assertPublicHost?.(host));
  },
};

function validateSettings(settings: ProviderSettings): SettingProblem[] {
  const problems = [...fieldProblems(fields, settings), ...portProblems(settings, 'port')];
  const connections = numberSetting(settings, 'connections', defaultConnections);
  if (!Number.isInteger(connections) || connections < 1 || connections > mostConnections) {
    problems.push({ field: 'connections', message: `Connections must be a whole number from 1 to ${mostConnections}` });
  }
  return [...problems, ...reportProblems(settings)];
}

function reportProblems(settings: ProviderSettings): SettingProblem[] {
  const reporter = textSetting(settings, 'reports', 'MAIL');
  const key = textSetting(settings, 'reportsKey');
  if (!reporters.some((each) => each === reporter))
    return [{ field: 'reports', message: `Reports come from ${reporters.join(', ')}, not ${reporter}` }];
  if (reporter !== 'MAIL' && !key)
    return [{ field: 'reportsKey', message: `Reports of ${reporter} are taken only with their key` }];
  if (reporter === 'SENDGRID' && !isSendGridKey(key))
    return [{ field: 'reportsKey', message: "This is not SendGrid's verification key: base64 of a public EC key" }];
  return [];
}
