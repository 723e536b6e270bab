import type { World } from '../servers/world';
import { control } from './http';
import type { Stage } from './stage';

/** How Optimove tells of a campaign, or that it is a Direct one, of which Optimove knows nothing. */
export type Announcing = 'usual' | 'repeated' | 'forgotten' | 'cancelled-first' | 'direct';

/** A campaign that was executed: a scheduled one by Optimove, or a Direct one. */
export interface ExecutedCampaign {
  id: string;
  announcing: Announcing;
  /** Rows of its list, or people of its audience. */
  rows: number;
  executedAt: number;
}

interface Sent {
  callbacks: { status: number | null; body: { customerID?: string } }[];
}

/** What Optimove does in a drill, and what it did. */
export class OptimoveSide {
  readonly campaigns: ExecutedCampaign[] = [];
  /** Customers whose trigger was answered 200, each once by campaign. */
  readonly triggered = new Map<string, Set<string>>();
  private triggerCampaign: string | null = null;
  private nextCustomer = 0;
  private isTriggering = false;

  constructor(
    private readonly world: World,
    private readonly stage: Stage,
  ) {}

  /** Executes a new campaign for so many customers. */
  async execute(people: number, announcing: Announcing): Promise<ExecutedCampaign> {
    const { id, announced } = await this.plan(people, this.stage.scheduled);
    const campaign: ExecutedCampaign = { id, announcing, rows: announced, executedAt: Date.now() };
    const isSilent = announcing === 'forgotten' || announcing === 'cancelled-first';
    await this.setCallbacks({ duplicate: announcing === 'repeated', silent: isSilent });
    await control(this.world, 'POST', `/tenants/${this.stage.tenantId}/campaigns/${id}/run`, {});
    await this.setCallbacks({});
    this.campaigns.push(campaign);
    if (announcing === 'cancelled-first') await this.cancelThenAnnounce(id);
    return campaign;
  }

  /** Has the next customers meet the trigger; skipped while the last ones are still on their way. */
  async trigger(customers: number, people: number): Promise<void> {
    if (this.isTriggering) return;
    this.isTriggering = true;
    try {
      await this.triggerNext(customers, people);
    } finally {
      this.isTriggering = false;
    }
  }

  private async triggerNext(customers: number, people: number): Promise<void> {
    if (this.triggerCampaign === null || this.nextCustomer + customers > people) {
      this.triggerCampaign = (await this.plan(people, this.stage.triggered)).id;
      this.nextCustomer = 0;
    }
    const id = this.triggerCampaign;
    const path = `/tenants/${this.stage.tenantId}/campaigns/${id}/trigger`;
    const { callbacks } = await control<Sent>(this.world, 'POST', path, { customers, from: this.nextCustomer });
    this.nextCustomer += customers;
    const answered = this.triggered.get(id) ?? new Set<string>();
    for (const { status, body } of callbacks) if (status === 200 && body.customerID) answered.add(body.customerID);
    this.triggered.set(id, answered);
  }

  private plan(
    count: number,
    { optimoveChannelId, templateId }: Stage['scheduled'],
  ): Promise<{ id: string; announced: number }> {
    return control(this.world, 'POST', `/tenants/${this.stage.tenantId}/campaigns`, {
      channelId: optimoveChannelId,
      templateIds: [templateId],
      customers: { count, ...this.stage.audience },
    });
  }

  private setCallbacks(callbacks: { duplicate?: boolean; silent?: boolean }): Promise<unknown> {
    return control(this.world, 'PUT', `/tenants/${this.stage.tenantId}/faults`, { rules: [], callbacks });
  }

  /** Event 4 overtakes event 13: both carry the moment at which they happened. */
  private async cancelThenAnnounce(campaignId: string): Promise<void> {
    const ChannelID = this.stage.scheduled.optimoveChannelId;
    const executedAt = stamp(new Date());
    await this.tell({ EventTypeID: 4, TimeStamp: stamp(new Date(Date.now() + 1_000)), CampaignID: Number(campaignId) });
    await this.tell({ EventTypeID: 13, TimeStamp: executedAt, CampaignID: Number(campaignId), ChannelID });
  }

  /** Repeats until it is answered 200. */
  private async tell(body: { EventTypeID: number; [key: string]: unknown }): Promise<void> {
    const path = `/tenants/${this.stage.tenantId}/listeners`;
    const listeners = await control<{ eventTypeId: number; listenerUrl: string; channelId: number | null }[]>(
      this.world,
      'GET',
      path,
    );
    const listener = listeners.find(({ eventTypeId }) => eventTypeId === body.EventTypeID);
    if (!listener) throw new Error(`Nobody listens to event ${body.EventTypeID}`);
    for (;;) {
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
      const answer = await fetch(listener.listenerUrl, init).catch(() => null);
      if (answer?.status === 200) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

function stamp(time: Date): string {
  return time.toISOString().slice(0, 19).replace('T', ' ');
}
