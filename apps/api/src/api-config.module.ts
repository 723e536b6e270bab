import { parseConfig } from '@libs/platform';
import { Module } from '@nestjs/common';
import { ApiConfig } from './api.config';

/** The api host's own configuration. */
@Module({
  providers: [{ provide: ApiConfig, useFactory: () => parseConfig(ApiConfig) }],
  exports: [ApiConfig],
})
export class ApiConfigModule {}
