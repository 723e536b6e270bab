import type { ProviderDefinition, ProviderSettings, SettingField, SettingProblem } from '../../contract';
import { fieldProblems, numberSetting, portProblems, textSetting } from '../../settings';
import { postmarkMetadata } from './reports/postmark';
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
    help: 'Who posts bounces and complaints to the report address: MAIL (a mail server passes on the mails; the default), SENDGRID, MAILGUN, SES or POSTMARK.',
  },
  {
    name: 'reportsKey',
    label: 'Key of the reports',
    kind: 'secret',
    isRequired: false,
    help: "SendGrid's verification key of the event webhook, Mailgun's webhook signing key, or the password that Postmark's webhooks bear.",
  },
  {
    name: 'reportsTopic',
    label: 'Topic of the reports',
    kind: 'text',
    isRequired: false,
    help: 'Amazon SES: the ARN of the SNS topic. Messages of another topic are not taken.',
  },
  {
    name: 'reportsHost',
    label: 'Sandbox of the reports',
    kind: 'text',
    isRequired: false,
    help: 'Only for a sandbox of Amazon SNS: where it serves its certificate, such as http://127.0.0.1:4100.',
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
    const givesBack = textSetting(settings, 'reports') === 'POSTMARK' ? postmarkMetadata : null;
    return new SmtpSession(server, { connections, givesBack, assertHost: async () => assertPublicHost?.(host) });
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
  if (reporter !== 'MAIL' && reporter !== 'SES' && !key)
    return [{ field: 'reportsKey', message: `Reports of ${reporter} are taken only with their key` }];
  if (reporter === 'SES') return sesProblems(settings);
  if (reporter === 'SENDGRID' && !isSendGridKey(key))
    return [{ field: 'reportsKey', message: "This is not SendGrid's verification key: base64 of a public EC key" }];
  return [];
}

function sesProblems(settings: ProviderSettings): SettingProblem[] {
  const sandbox = textSetting(settings, 'reportsHost');
  const problems: SettingProblem[] = [];
  if (!/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/.test(textSetting(settings, 'reportsTopic')))
    problems.push({
      field: 'reportsTopic',
      message: 'Reports of SES are taken only of a topic: its ARN, such as arn:aws:sns:eu-west-1:123456789012:bounces',
    });
  if (sandbox !== '' && (!URL.canParse(sandbox) || new URL(sandbox).origin !== sandbox))
    problems.push({
      field: 'reportsHost',
      message: 'This must be scheme, host and port alone, without a / at the end',
    });
  return problems;
}
