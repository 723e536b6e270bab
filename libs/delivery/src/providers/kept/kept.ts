import type { Medium, ProviderDefinition, ProviderSettings, SettingField, SettingProblem } from '../../contract';
import { fieldProblems } from '../../settings';
import { KeptSession, usualLifetimeDays } from './kept-session';

const longestLifetimeDays = 365;

const fields: SettingField[] = [
  {
    name: 'lifetimeDays',
    label: 'Lifetime',
    kind: 'number',
    isRequired: false,
    help: `Days after which a message disappears, 1 to ${longestLifetimeDays}; ${usualLifetimeDays} when empty. A message may say less.`,
  },
];

/** Messages in the inbox of apps and sites: kept here, fetched by the SDK. */
export const inbox = keptProvider({ key: 'inbox', name: 'Inbox', medium: 'INBOX' });

/** Messages that apps and sites show when their trigger comes: kept here, polled by the SDK. */
export const inApp = keptProvider({ key: 'in-app', name: 'In-app and on-site', medium: 'IN_APP' });

function keptProvider(given: { key: string; name: string; medium: Medium }): ProviderDefinition {
  return {
    ...given,
    hasReceipts: false,
    dedupe: 'id',
    fields,
    validateSettings,
    open: (options) => new KeptSession(options),
  };
}

function validateSettings(settings: ProviderSettings): SettingProblem[] {
  const problems = fieldProblems(fields, settings);
  const days = settings.lifetimeDays;
  if (problems.length > 0 || typeof days !== 'number') return problems;
  if (Number.isInteger(days) && days >= 1 && days <= longestLifetimeDays) return [];
  return [{ field: 'lifetimeDays', message: `The lifetime must be a whole number from 1 to ${longestLifetimeDays}` }];
}
