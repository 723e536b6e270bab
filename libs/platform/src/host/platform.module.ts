import { Global, Module } from '@nestjs/common';
import { ConfigModule } from '../config/config.module';
import { DatabaseModule } from '../database/database.module';
import { Outbox } from '../outbox/outbox';

/** What every host and module may inject: configuration, log, secrets, database, outbox. */
@Global()
@Module({
  imports: [ConfigModule, DatabaseModule],
  providers: [Outbox],
  exports: [ConfigModule, DatabaseModule, Outbox],
})
export class PlatformModule {}
