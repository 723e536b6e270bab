import { Injectable, Scope } from '@nestjs/common';
import DataLoader from 'dataloader';
import { FunnelRepository, type TallyRow, type TemplateSums } from '../persistence/ledger/funnel.repository';

/** The sums of one execution. */
export interface ExecutionSums {
  sums: TemplateSums[];
  tallies: TallyRow[];
}

/** Loads the sums of all executions of a request in two statements. */
@Injectable({ scope: Scope.REQUEST })
export class FunnelLoader {
  private readonly loader = new DataLoader<string, ExecutionSums>(async (ids) => {
    const [sums, tallies] = await Promise.all([this.funnels.templateSums([...ids]), this.funnels.tallies([...ids])]);
    return ids.map((id) => ({
      sums: sums.filter(({ executionId }) => executionId === id),
      tallies: tallies.filter(({ executionId }) => executionId === id),
    }));
  });

  constructor(private readonly funnels: FunnelRepository) {}

  load(executionId: string): Promise<ExecutionSums> {
    return this.loader.load(executionId);
  }
}
