import { join } from 'node:path';

/** The repository, seen from dist/apps/launcher/src. */
export const rootFolder = join(__dirname, '..', '..', '..', '..');
/** What `npm start` keeps between runs. */
export const dataFolder = join(rootFolder, '.data');
/** What may be deleted at any time. */
export const cacheFolder = join(rootFolder, '.cache');
export const secretsFolder = join(dataFolder, 'secrets');
export const logsFolder = join(dataFolder, 'logs');

/** The compiled entry file of a host. */
export function hostScript(name: string): string {
  return join(rootFolder, 'dist', 'apps', name, 'src', 'main.js');
}
