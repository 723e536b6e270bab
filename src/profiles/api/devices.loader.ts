import { Transactions } from '@libs/platform';
import type { Actor } from '@modules/projects';
import { Injectable, Scope } from '@nestjs/common';
import DataLoader from 'dataloader';
import { type ListedDevice, ProfileDirectory } from '../persistence/profile-directory';

/** Devices of the profiles of one request, in one statement. */
@Injectable({ scope: Scope.REQUEST })
export class DevicesLoader {
  private loader: DataLoader<string, ListedDevice[]> | null = null;

  constructor(
    private readonly directory: ProfileDirectory,
    private readonly transactions: Transactions,
  ) {}

  of(actor: Actor, profileId: string): Promise<ListedDevice[]> {
    this.loader ??= new DataLoader((ids) => this.batch(actor.projectId, ids));
    return this.loader.load(profileId);
  }

  private async batch(projectId: string, ids: readonly string[]): Promise<ListedDevice[][]> {
    const devices = await this.directory.devices(this.transactions.pool, projectId, ids);
    return ids.map((id) => devices.filter(({ profileId }) => profileId === id));
  }
}
