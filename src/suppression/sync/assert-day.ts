import type { OptimoveClient } from '@libs/optimove-client';
import { DayOverError, type SyncRun } from '../domain/sync';

/**
 * Optimove API: changes are those of the last data date, whichever day they are asked for. A run that was held up until
 * the next day would take one day's changes for another's, and nobody would notice the day that was missed.
 * @throws {DayOverError}
 */
export async function assertDay(client: OptimoveClient, { dataDate }: Pick<SyncRun, 'dataDate'>): Promise<void> {
  const now = await client.getLastDataUpdate();
  if (now === dataDate) return;
  throw new DayOverError(
    `Optimove has the data of ${now} by now; the changes of ${dataDate} can no longer be had, and count as missed`,
  );
}
