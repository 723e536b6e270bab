import { ConnectionsModule } from '@modules/connections';
import { ProjectsModule } from '@modules/projects';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ChannelsService } from './channels.service';
import { ReceiptIntake } from './delivery/receipt-intake';
import { SenderPool } from './delivery/sender-pool';
import { Sessions } from './delivery/sessions';
import { DeliveryService } from './delivery.service';
import { ChannelEntity } from './persistence/channel.entity';
import { ChannelRepository } from './persistence/channel.repository';
import { ProviderAccountEntity } from './persistence/provider-account.entity';
import { ProviderAccountRepository } from './persistence/provider-account.repository';
import { ReceiptRepository } from './persistence/receipt.repository';

const repositories = [ChannelRepository, ProviderAccountRepository, ReceiptRepository];
const delivery = [ReceiptIntake, Sessions, SenderPool];

/** Optimove channels with their listeners, and the provider accounts that deliver. */
@Module({
  imports: [ProjectsModule, ConnectionsModule, TypeOrmModule.forFeature([ChannelEntity, ProviderAccountEntity])],
  providers: [...repositories, ...delivery, ChannelsService, DeliveryService],
  exports: [...repositories, ...delivery, ChannelsService, DeliveryService],
})
export class ChannelsModule {}
