import { groupBy } from '@libs/foundation';
import { Injectable, Scope } from '@nestjs/common';
import DataLoader from 'dataloader';
import { type MediumFunnel, toMediumFunnels } from '../domain/execution/medium-funnel';
import { MediumFunnelRepository, type SummedKind } from '../persistence/ledger/medium-funnel.repository';

/** Loads the sums by medium of all executions, and of all campaigns, of a request in one statement each; a request has one project. */
@Injectable({ scope: Scope.REQUEST })
export class MediumFunnelLoader {
  private projectId = '';
  private readonly loaders = { EXECUTION: this.loaderOf('EXECUTION'), CAMPAIGN: this.loaderOf('CAMPAIGN') };

  constructor(private readonly funnels: MediumFunnelRepository) {}

  load(projectId: string, kind: SummedKind, id: string): Promise<MediumFunnel[]> {
    this.projectId = projectId;
    return this.loaders[kind].load(id);
  }

  private loaderOf(kind: SummedKind): DataLoader<string, MediumFunnel[]> {
    return new DataLoader(async (ids) => {
      const rows = groupBy(await this.funnels.tallies(this.projectId, kind, { ids }), ({ ownerId }) => ownerId);
      return ids.map((id) => toMediumFunnels(rows.get(id) ?? []));
    });
  }
}
