import 'reflect-metadata';
import { toError } from '@libs/foundation';
import { hasLauncher, Log, parseConfig, superviseHost, tellLauncher } from '@libs/platform';
import { ProjectsService } from '@modules/projects';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AltairFastify } from 'altair-fastify-plugin';
import type { FastifyInstance } from 'fastify';
import { ApiConfig } from './api.config';
import { ApiModule } from './api.module';
import { registerBodyParsers } from './body-parsers';

async function main(): Promise<void> {
  const config = parseConfig(ApiConfig);
  const trustProxy = config.TRUSTED_PROXIES === '' ? false : config.TRUSTED_PROXIES;
  const adapter = new FastifyAdapter({ bodyLimit: 1024 ** 4, trustProxy });
  registerBodyParsers(adapter.getInstance());
  const app = await NestFactory.create<NestFastifyApplication>(ApiModule, adapter, {
    bodyParser: false,
    logger: new Log(process.env.LOG_LEVEL),
    abortOnError: false,
  });
  if (config.GRAPHQL_EXPLORER) await showExplorer(adapter.getInstance());
  await greetFirst(app.get(ProjectsService), app.get(Log));
  superviseHost(app);
  await app.listen(config.PORT, config.HOST);
  tellLauncher({ type: 'ready', url: await app.getUrl() });
}

/** The slash counts: without it in the path, the plugin answers there with a page that finds none of its files. */
async function showExplorer(fastify: FastifyInstance): Promise<void> {
  fastify.get('/explorer', (_request, reply) => reply.redirect('/explorer/'));
  await fastify.register(AltairFastify, { path: '/explorer/', baseURL: '/explorer/' });
}

/** The first key is shown once, so it is made only where somebody listens; elsewhere `npm run admin-key` prints it. */
async function greetFirst(projects: ProjectsService, log: Log): Promise<void> {
  if (hasLauncher()) {
    const { apiKey: key, projectId: project } = await projects.ensureFirst();
    if (key) tellLauncher({ type: 'first-key', key, project });
  } else if (!(await projects.firstId())) {
    log.event('project.none', { remedy: 'npm run admin-key makes the first project and prints its key' }, 'warn');
  }
}

main().catch((error: unknown) => {
  const { message, code } = toError(error) as Error & { code?: string };
  const hint = code === 'EADDRINUSE' ? ' Set PORT to a free one.' : '';
  process.stderr.write(`The api could not start: ${message}${hint}\n`);
  process.exit(1);
});
