import { ConnectionsModule } from '@modules/connections';
import { Module } from '@nestjs/common';
import { ChannelLoader } from './api/channel.loader';
import { ChannelsResolver } from './api/channels.resolver';
import { ConnectionChannelsResolver } from './api/connection-channels.resolver';
import { InboundTextsResolver } from './api/inbound-texts.resolver';
import { ProviderAccountsResolver } from './api/provider-accounts.resolver';
import { ProviderReportController } from './api/provider-report.controller';
import { ChannelsModule } from './channels.module';

/** Channels and provider accounts as the api host serves them. */
@Module({
  imports: [ConnectionsModule, ChannelsModule],
  controllers: [ProviderReportController],
  providers: [
    ChannelLoader,
    ChannelsResolver,
    ConnectionChannelsResolver,
    InboundTextsResolver,
    ProviderAccountsResolver,
  ],
  exports: [ChannelLoader],
})
export class ChannelsApiModule {}
