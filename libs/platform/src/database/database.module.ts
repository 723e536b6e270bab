import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ConfigModule } from '../config/config.module';
import { PlatformConfig } from '../config/platform.config';
import { Log } from '../logging/logger';
import { DatabaseClock } from './database-clock';
import { guardClients } from './guard-clients';
import { keepAlive } from './keep-alive';
import { Notifications } from './notifications';
import { Transactions } from './transactions';

guardClients();

/** A new connection has to plan each statement anew, so those that a burst needed are kept for the next. */
const idleTimeoutMillis = 300_000;
/** One that is always busy would keep the statements of every day that it has seen. */
const maxLifetimeSeconds = 6 * 3_600;

/** The one connection pool of a process, transactions and notifications. */
@Global()
@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      imports: [ConfigModule],
      inject: [PlatformConfig, Log],
      useFactory: (config: PlatformConfig, log: Log) => ({
        type: 'postgres',
        url: config.DATABASE_URL,
        autoLoadEntities: true,
        synchronize: false,
        migrationsRun: false,
        logging: false,
        applicationName: 'xtremepush-optimove',
        poolSize: config.DATABASE_POOL,
        extra: { ...keepAlive, idleTimeoutMillis, maxLifetimeSeconds },
        poolErrorHandler: (error: Error) => log.event('database.connection-lost', { reason: error.message }, 'warn'),
        retryAttempts: 60,
        retryDelay: 1000,
      }),
    }),
  ],
  providers: [Transactions, Notifications, DatabaseClock],
  exports: [Transactions, Notifications],
})
export class DatabaseModule {}
