import 'reflect-metadata';
import { PlatformModule, resealColumn, SecretBox, Transactions } from '@libs/platform';
import { sealedByCampaigns } from '@modules/campaigns';
import { sealedByChannels } from '@modules/channels';
import { sealedByConnections } from '@modules/connections';
import { sealedByPostbacks } from '@modules/postbacks';
import { sealedByProfiles } from '@modules/profiles';
import { NestFactory } from '@nestjs/core';

const columns = [
  ...sealedByConnections,
  ...sealedByProfiles,
  ...sealedByChannels,
  ...sealedByCampaigns,
  ...sealedByPostbacks,
];

/** Seals every stored secret with the first of ENCRYPTION_KEYS. @returns how many could not be read. */
async function main(): Promise<number> {
  const app = await NestFactory.createApplicationContext(PlatformModule, { logger: ['error'] });
  try {
    const [transactions, secrets] = [app.get(Transactions), app.get(SecretBox)];
    let unreadable = 0;
    for (const column of columns) {
      const done = await resealColumn(transactions, secrets, column);
      unreadable += done.unreadable;
      console.log(`${column.table}.${column.column}: ${done.resealed} sealed again, ${done.unreadable} unreadable`);
    }
    return unreadable;
  } finally {
    await app.close();
  }
}

main().then(
  (unreadable) => {
    if (unreadable === 0) return;
    console.error(
      `${unreadable} secrets cannot be read: list the key that sealed them in ENCRYPTION_KEYS, or set them anew`,
    );
    process.exitCode = 1;
  },
  (error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
