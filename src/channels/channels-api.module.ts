import { Module } from '@nestjs/common';
import { ChannelsModule } from './channels.module';

/** Channels and provider accounts as the api host serves them. */
@Module({ imports: [ChannelsModule], providers: [] })
export class ChannelsApiModule {}
