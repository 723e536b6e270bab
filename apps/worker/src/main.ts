import 'reflect-metadata';
import { toError } from '@libs/foundation';
import {
  Log,
  Metrics,
  MetricsServer,
  PlatformConfig,
  parseConfig,
  superviseHost,
  tellLauncher,
  useQueueBackend,
} from '@libs/platform';
import { NestFactory } from '@nestjs/core';
import { WorkerConfig } from './worker.config';
import { workerModule } from './worker.module';

async function main(): Promise<void> {
  const config = parseConfig(PlatformConfig);
  const { METRICS_PORT: port, METRICS_HOST: host } = parseConfig(WorkerConfig);
  const metrics = port === undefined ? null : await MetricsServer.listen(port, host);
  await useQueueBackend(config);
  const app = await NestFactory.createApplicationContext(workerModule(config.WORKER_SERVES), {
    logger: new Log(process.env.LOG_LEVEL),
    abortOnError: false,
  });
  metrics?.serve(app.get(Metrics));
  superviseHost(app);
  tellLauncher({ type: 'ready', metricsUrl: metrics?.url ?? null });
}

main().catch((error: unknown) => {
  const { message, code } = toError(error) as Error & { code?: string };
  const hint = code === 'EADDRINUSE' ? ' Set METRICS_PORT to a free one, or to none.' : '';
  process.stderr.write(`The worker could not start: ${message}${hint}\n`);
  process.exit(1);
});
