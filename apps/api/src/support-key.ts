import 'reflect-metadata';
import { PlatformModule, Transactions } from '@libs/platform';
import { ProjectsModule, ProjectsService } from '@modules/projects';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

@Module({ imports: [PlatformModule, ProjectsModule] })
class SupportModule {}

/** Prints a new key of the role SUPPORT for the named project, or the first one. Only who holds the database can do this. */
async function main(given: string | undefined): Promise<void> {
  const app = await NestFactory.createApplicationContext(SupportModule, { logger: ['error'] });
  try {
    const projects = app.get(ProjectsService);
    const projectId = given ? (await projects.get(given)).id : (await projects.ensureFirst()).projectId;
    const { key } = await app
      .get(Transactions)
      .run((tx) => projects.addKey(tx, { projectId, label: 'Support', role: 'SUPPORT' }));
    process.stdout.write(`${key}\n`);
  } finally {
    await app.close();
  }
}

main(process.argv[2]).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
