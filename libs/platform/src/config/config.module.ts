import { Global, Module } from '@nestjs/common';
import { Log } from '../logging/logger';
import { Metrics } from '../metrics/metrics';
import { LinkSigner } from '../security/link-signer';
import { OutboundGuard } from '../security/outbound-guard';
import { SecretBox } from '../security/secret-box';
import { parseConfig } from './parse-config';
import { PlatformConfig } from './platform.config';

/** The validated configuration and what is built from it alone. */
@Global()
@Module({
  providers: [
    { provide: PlatformConfig, useFactory: () => parseConfig(PlatformConfig) },
    { provide: Log, useFactory: (config: PlatformConfig) => new Log(config.LOG_LEVEL), inject: [PlatformConfig] },
    Metrics,
    {
      provide: SecretBox,
      useFactory: (config: PlatformConfig) => new SecretBox(config.ENCRYPTION_KEYS),
      inject: [PlatformConfig],
    },
    {
      provide: LinkSigner,
      useFactory: (config: PlatformConfig) => new LinkSigner(config.ENCRYPTION_KEYS),
      inject: [PlatformConfig],
    },
    {
      provide: OutboundGuard,
      useFactory: (config: PlatformConfig) => new OutboundGuard(config.OUTBOUND_ALLOW_PRIVATE),
      inject: [PlatformConfig],
    },
  ],
  exports: [PlatformConfig, Log, Metrics, SecretBox, LinkSigner, OutboundGuard],
})
export class ConfigModule {}
