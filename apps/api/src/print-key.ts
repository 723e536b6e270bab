import 'reflect-metadata';
import { PlatformModule, Transactions } from '@libs/platform';
import { ProjectsModule, ProjectsService } from '@modules/projects';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

@Module({ imports: [PlatformModule, ProjectsModule] })
class KeyModule {}

const labels = { ADMIN: 'Administrator, made where the database is', SUPPORT: 'Support' };

/**
 * Prints a new key of the role for the named project, or the first one; where there is no project yet, an administrator's
 * key makes it. Only who holds the database can do this.
 */
async function main([role, given]: string[]): Promise<void> {
  if (role !== 'ADMIN' && role !== 'SUPPORT') throw new Error('print-key ADMIN | SUPPORT [project id]');
  const app = await NestFactory.createApplicationContext(KeyModule, { logger: ['error'] });
  try {
    const projects = app.get(ProjectsService);
    if (role === 'ADMIN' && !given) {
      const { apiKey } = await projects.ensureFirst();
      if (apiKey) return print(apiKey);
    }
    const projectId = given ? (await projects.get(given)).id : await projects.firstId();
    if (!projectId) throw new Error('There is no project yet: npm run admin-key makes it and prints its first key');
    const label = labels[role];
    print((await app.get(Transactions).run((tx) => projects.addKey(tx, { projectId, label, role }))).key);
  } finally {
    await app.close();
  }
}

function print(key: string): void {
  process.stdout.write(`${key}\n`);
}

main(process.argv.slice(2)).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
