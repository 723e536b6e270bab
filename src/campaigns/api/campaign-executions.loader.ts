import { Injectable, Scope } from '@nestjs/common';
import DataLoader from 'dataloader';
import {
  type CampaignPage,
  ExecutionListRepository,
  type ListedExecution,
} from '../persistence/ledger/execution-list.repository';

/** The executions of each campaign of a page, in one statement; a request has one project. */
@Injectable({ scope: Scope.REQUEST })
export class CampaignExecutionsLoader {
  private projectId = '';
  private readonly loader = new DataLoader<CampaignPage, ListedExecution[]>(
    (pages) => this.lists.ofCampaigns(this.projectId, pages),
    // Mutations of one request follow each other, and each changes what the next must see.
    { cache: false },
  );

  constructor(private readonly lists: ExecutionListRepository) {}

  load(projectId: string, page: CampaignPage): Promise<ListedExecution[]> {
    this.projectId = projectId;
    return this.loader.load(page);
  }
}
