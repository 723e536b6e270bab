import {
  connectionsPerHost,
  getProvider,
  type ProviderDefinition,
  type ProviderSession,
  type ProviderSettings,
} from '@libs/delivery';
import { InvariantError } from '@libs/foundation';
import { OutboundGuard, SecretBox, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { KeptMessageRepository } from '../persistence/kept-message.repository';
import type { ProviderAccountEntity } from '../persistence/provider-account.entity';
import { ReceiptIntake } from './receipt-intake';
import { TextIntake } from './text-intake';

/** What a session is opened with. */
export type SessionAccount = Pick<
  ProviderAccountEntity,
  'id' | 'projectId' | 'provider' | 'settings' | 'sealedSecrets'
>;

/** Opens provider sessions: secrets unsealed, every connection guarded, receipts led to the intake. */
@Injectable()
export class Sessions {
  constructor(
    private readonly secrets: SecretBox,
    private readonly guard: OutboundGuard,
    private readonly intake: ReceiptIntake,
    private readonly transactions: Transactions,
    private readonly kept: KeptMessageRepository,
    private readonly texts: TextIntake,
  ) {}

  /** A session of a stored account. @throws when its secrets cannot be opened. */
  open(account: SessionAccount): ProviderSession {
    const onReceipts = (receipts: Parameters<ReceiptIntake['store']>[1]): Promise<void> =>
      this.intake.store({ projectId: account.projectId, accountId: account.id }, receipts);
    const definition = definitionOf(account);
    const owner = { projectId: account.projectId, accountId: account.id, medium: definition.medium };
    return this.openWith(definition, {
      settings: this.settingsOf(account),
      onReceipts: definition.hasReceipts ? onReceipts : undefined,
      onTexts: (texts) => this.texts.store(owner, texts),
      keep: (messages) => this.transactions.run((tx) => this.kept.add(tx, owner, messages)),
    });
  }

  /** Every setting of an account, secrets included: only for sessions and their check. */
  settingsOf({ id, settings, sealedSecrets }: SessionAccount): ProviderSettings {
    const secrets = sealedSecrets ? (JSON.parse(this.secrets.open(sealedSecrets, id)) as ProviderSettings) : {};
    return { ...settings, ...secrets };
  }

  /** Tries settings at the provider, without sending and without taking receipts. */
  async verify(
    definition: ProviderDefinition,
    settings: ProviderSettings,
  ): ReturnType<ProviderSession['verifySettings']> {
    const session = this.openWith(definition, { settings });
    try {
      return await session.verifySettings();
    } finally {
      await session.close();
    }
  }

  private openWith(
    definition: ProviderDefinition,
    options: Pick<Parameters<ProviderDefinition['open']>[0], 'settings' | 'onReceipts' | 'onTexts' | 'keep'>,
  ): ProviderSession {
    const dispatcher = this.guard.dispatcher({ connections: connectionsPerHost });
    const session = definition.open({
      ...options,
      dispatcher,
      assertPublicHost: (host) => this.guard.assertPublicHost(host),
      lookup: this.guard.lookup,
    });
    return {
      verifySettings: () => session.verifySettings(),
      sendBatch: (messages, handOver) => session.sendBatch(messages, handOver),
      close: async () => {
        await session.close();
        await dispatcher.close();
      },
    };
  }
}

function definitionOf({ provider }: SessionAccount): ProviderDefinition {
  const definition = getProvider(provider);
  if (!definition) throw new InvariantError(`The provider "${provider}" of an account does not exist any more`);
  return definition;
}
