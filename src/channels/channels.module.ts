import { ConnectionsModule, DeletionConsequences } from '@modules/connections';
import { ProfilesModule } from '@modules/profiles';
import { ProjectsModule } from '@modules/projects';
import { Module, type OnModuleInit } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccountUsers } from './account-users';
import { ChannelsService } from './channels.service';
import { ReceiptIntake } from './delivery/receipt-intake';
import { ReportAddress } from './delivery/report-address';
import { ReportFetch } from './delivery/report-fetch';
import { SenderPool } from './delivery/sender-pool';
import { Sessions } from './delivery/sessions';
import { TakeReport } from './delivery/take-report';
import { TextIntake } from './delivery/text-intake';
import { DeliveryService } from './delivery.service';
import { IntakePersonalData } from './intake-personal-data';
import { KeptMessagesService } from './kept-messages.service';
import { KeptPersonalData } from './kept-personal-data';
import { CheckListeners } from './listeners/check-listeners';
import { KeepListeners } from './listeners/keep-listeners';
import { KnownChannels } from './listeners/known-channels';
import { Listeners } from './listeners/listeners';
import { RemoveChannels } from './listeners/remove-channels';
import { TakeBackAgain } from './listeners/take-back-again';
import { TakeBackListeners } from './listeners/take-back-listeners';
import { TakeOverListeners } from './listeners/take-over-listeners';
import { ManageChannels } from './manage-channels';
import { ManageProviderAccounts } from './manage-provider-accounts';
import { ChannelEntity } from './persistence/channel.entity';
import { ChannelRepository } from './persistence/channel.repository';
import { KeptMessageRepository } from './persistence/kept-message.repository';
import { ProviderAccountEntity } from './persistence/provider-account.entity';
import { ProviderAccountRepository } from './persistence/provider-account.repository';
import { RateRepository } from './persistence/rate.repository';
import { ReceiptRepository } from './persistence/receipt.repository';
import { TextRepository } from './persistence/text.repository';

const repositories = [
  ChannelRepository,
  KeptMessageRepository,
  ProviderAccountRepository,
  RateRepository,
  ReceiptRepository,
  TextRepository,
];
const delivery = [ReceiptIntake, ReportAddress, ReportFetch, Sessions, SenderPool, TakeReport, TextIntake];

const useCases = [
  KnownChannels,
  Listeners,
  RemoveChannels,
  TakeBackListeners,
  TakeBackAgain,
  TakeOverListeners,
  KeepListeners,
  CheckListeners,
  ManageChannels,
  ManageProviderAccounts,
];

/** Optimove channels with their listeners, and the provider accounts that deliver. */
@Module({
  imports: [
    ProjectsModule,
    ConnectionsModule,
    ProfilesModule,
    TypeOrmModule.forFeature([ChannelEntity, ProviderAccountEntity]),
  ],
  providers: [
    ...repositories,
    ...delivery,
    ...useCases,
    AccountUsers,
    ChannelsService,
    DeliveryService,
    KeptMessagesService,
    KeptPersonalData,
    IntakePersonalData,
  ],
  exports: [
    ...repositories,
    ...delivery,
    ...useCases,
    AccountUsers,
    ChannelsService,
    DeliveryService,
    KeptMessagesService,
  ],
})
export class ChannelsModule implements OnModuleInit {
  constructor(
    private readonly consequences: DeletionConsequences,
    private readonly channels: ChannelsService,
  ) {}

  onModuleInit(): void {
    this.consequences.register(async (connection) => {
      const channels = await this.channels.listForConnection(connection.projectId, connection.id);
      if (channels.length === 0) return [];
      const names = channels.map(({ name, optimoveChannelId }) => `${name} (${optimoveChannelId})`).join(', ');
      return [`Its channels are removed and their listeners at Optimove unregistered: ${names}`];
    });
  }
}
