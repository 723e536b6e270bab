import 'reflect-metadata';
import { toError } from '@libs/foundation';
import { Log, PlatformConfig, parseConfig, superviseHost, tellLauncher, useQueueBackend } from '@libs/platform';
import { NestFactory } from '@nestjs/core';
import { workerModule } from './worker.module';

async function main(): Promise<void> {
  const config = parseConfig(PlatformConfig);
  await useQueueBackend(config);
  const app = await NestFactory.createApplicationContext(workerModule(config.WORKER_SERVES), {
    logger: new Log(process.env.LOG_LEVEL),
    abortOnError: false,
  });
  superviseHost(app);
  tellLauncher({ type: 'ready' });
}

main().catch((error: unknown) => {
  process.stderr.write(`The worker could not start: ${toError(error).message}\n`);
  process.exit(1);
});
