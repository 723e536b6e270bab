import './global-setup';

/** Stops what the set-up started; the last of several runs at the same time stops the database. */
export default async function tearDown(): Promise<void> {
  await globalThis.startedServers?.redis?.stop();
  await globalThis.startedServers?.postgres?.stop();
}
