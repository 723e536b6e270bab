import { Global, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { Leases } from './leases';

/** Timers of every worker, guarded by lease rows. */
@Global()
@Module({
  imports: [ScheduleModule.forRoot()],
  providers: [Leases],
  exports: [Leases],
})
export class ClocksModule {}
