import { InvariantError } from '@libs/foundation';
import { attributeChanges, type ChangePage, dayOf } from './changers';
import { OptimoveRejectedError, OptimoveUnauthorizedError, OptimoveUnexpectedAnswerError } from './errors';
import { type InteractionBatch, interactionBody, type KnownInteraction, readInteraction } from './interactions';
import { type RecipientPage, type RecipientQuery, recipientPages } from './recipients';
import { type Call, Transport, type TransportOptions } from './transport';
import { fromId, toId, toWireObject, type WireObject } from './wire';

/** A channel of the account. */
export interface ExecutionChannel {
  id: number;
  name: string;
}

/** A template as Optimove lists it. */
export interface ChannelTemplate {
  /** An integer below 2^31, as text. */
  templateId: string;
  name: string;
  /** The one app under which it is offered; absent: under none in particular. Optimove does not tell it when asked. */
  appId?: string;
}

/** An app of a push channel. */
export interface ChannelApp {
  appId: string;
  name: string;
}

/** Which template of a campaign runs when on a channel. */
export interface ChannelDetail {
  templateId: string;
  scheduledTime: string | null;
}

/** What a campaign is. */
export interface CampaignDetails {
  status: string | null;
  campaignType: string | null;
  isRecurrence: boolean | null;
  tags: string[];
}

/** A listener as Optimove lists it. */
export interface RegisteredListener {
  eventTypeId: string;
  channelId: string | null;
  listenerUrl: string;
}

/** Metrics of UpdateCampaignMetrics and their numbers. */
export const metricIds = {
  sent: 0,
  delivered: 1,
  opened: 2,
  clicked: 3,
  unsubscribed: 4,
  dropped: 5,
  spam: 6,
  bounced: 9,
} as const;

/** One value of UpdateCampaignMetrics. */
export interface MetricRow {
  campaignId: string;
  channelId: number;
  templateId: string;
  metricId: number;
  value: number;
}

/** Most templates or metric rows in one call. */
export const largestWrite = 100;

/** Most customers in one call that sets their state on a channel. */
export const largestPreference = 50_000;

/** What may be kept here until the last moment. */
export interface KeptBack {
  /** Asked right before it goes out, however long that waited; what it throws keeps it here. */
  lastWord?: () => Promise<void>;
}

/** The state of customers on a channel. */
export interface ChannelPreference extends KeptBack {
  channelId: number;
  customerIds: string[];
  /** Optimove's number for the state; which number means what is agreed with Optimove per account. */
  mode: number;
  /** Null where the channel has no apps. */
  appId: string | null;
}

/**
 * The functions of the Optimove API that a channel provider may call. Every call throws an {@link OptimoveError}, and
 * InvariantError for more than {@link largestWrite} rows. What reads is tried again by itself, what writes is not.
 */
export class OptimoveClient {
  private readonly transport: Transport;

  constructor(options: TransportOptions) {
    this.transport = new Transport(options);
  }

  /**
   * Whether key and endpoint work. GetLastDataUpdate is the cheapest call but fails in Optimove's own sandbox, so a
   * second function is tried before a fault is believed.
   */
  async checkAccess(): Promise<void> {
    try {
      await this.read('general/GetLastDataUpdate', {});
    } catch (error) {
      if (error instanceof OptimoveUnauthorizedError && error.status === 401) throw error;
      await this.read('general/GetRegisteredEventListeners', {});
    }
  }

  /** Real field names of the account's attributes; null when this key may not list them. */
  async getCustomerAttributeNames(): Promise<string[] | null> {
    try {
      const rows = await this.list('model/GetCustomerAttributeList', {});
      return rows.flatMap((row) => row.text('RealFieldName') ?? []);
    } catch (error) {
      if (error instanceof OptimoveUnauthorizedError && error.status === 403) return null;
      if (error instanceof OptimoveRejectedError) return null;
      throw error;
    }
  }

  /** Channels of the account; null when this key may not list them (they must be typed in then). */
  async getExecutionChannels(): Promise<ExecutionChannel[] | null> {
    try {
      const rows = await this.list('actions/GetExecutionChannels', {});
      return rows.flatMap((row) => {
        const id = row.id('ChannelID');
        return id === null ? [] : [{ id: Number(id), name: row.text('ChannelName') ?? id }];
      });
    } catch (error) {
      if (error instanceof OptimoveUnauthorizedError && error.status === 403) return null;
      if (error instanceof OptimoveRejectedError) return null;
      throw error;
    }
  }

  /** Registers a listener; once more for the same event and channel replaces its address. Channel not for event 5. */
  registerEventListener(listener: { eventTypeId: number; listenerUrl: string; channelId?: number }): Promise<void> {
    const { eventTypeId, listenerUrl, channelId } = listener;
    return this.write('general/RegisterEventListener', {
      EventTypeID: eventTypeId,
      ListenerURL: listenerUrl,
      ...(channelId === undefined ? {} : { ChannelID: channelId }),
    });
  }

  /** Removes a listener; one that is not there is no fault. */
  async unregisterEventListener(listener: { eventTypeId: number; channelId?: number }): Promise<void> {
    const { eventTypeId, channelId } = listener;
    const body = { EventTypeID: eventTypeId, ...(channelId === undefined ? {} : { ChannelID: channelId }) };
    try {
      await this.write('general/UnregisterEventListener', body);
    } catch (error) {
      if (!(error instanceof OptimoveRejectedError && error.status === 404)) throw error;
    }
  }

  /** Listeners as Optimove knows them: to show drift, not to depend on. */
  async getRegisteredEventListeners(): Promise<RegisteredListener[]> {
    const rows = await this.list('general/GetRegisteredEventListeners', {});
    return rows.map((row) => ({
      eventTypeId: row.id('EventTypeID') ?? '',
      channelId: row.id('ChannelID'),
      listenerUrl: row.text('ListenerURL') ?? '',
    }));
  }

  /** Adds templates to a channel, at most 100; a known id gets the new name. */
  async addChannelTemplates(channelId: number, templates: ChannelTemplate[]): Promise<void> {
    assertSize(templates.length);
    await this.write(
      'integrations/AddChannelTemplates',
      templates.map(({ templateId, name, appId }) => ({
        TemplateID: fromId(templateId),
        TemplateName: name,
        ...(appId ? { AppID: appId } : {}),
      })),
      { ChannelID: channelId },
    );
  }

  async getChannelTemplates(channelId: number): Promise<ChannelTemplate[]> {
    const rows = await this.list('integrations/GetChannelTemplates', { ChannelID: channelId });
    return rows.map((row) => ({ templateId: row.id('TemplateID') ?? '', name: row.text('TemplateName') ?? '' }));
  }

  /** Removes templates, at most 100. */
  async deleteChannelTemplates(templates: { channelId: number; templateId: string }[]): Promise<void> {
    assertSize(templates.length);
    await this.write(
      'integrations/DeleteChannelTemplates',
      templates.map(({ channelId, templateId }) => ({ ChannelID: channelId, TemplateID: fromId(templateId) })),
    );
  }

  /** Adds apps to a channel, at most 100; a known one gets the new name. No function of Optimove's lists them. */
  async addChannelApps(channelId: number, apps: ChannelApp[]): Promise<void> {
    assertSize(apps.length);
    await this.write(
      'integrations/AddChannelApps',
      apps.map(({ appId, name }) => ({ AppID: appId, AppName: name })),
      { ChannelID: channelId },
    );
  }

  /** Removes apps, at most 100. */
  async deleteChannelApps(apps: { channelId: number; appId: string }[]): Promise<void> {
    assertSize(apps.length);
    await this.write(
      'integrations/DeleteChannelApps',
      apps.map(({ channelId, appId }) => ({ ChannelID: channelId, AppID: appId })),
    );
  }

  async getCampaignDetails(campaignId: string): Promise<CampaignDetails> {
    const answer = await this.read('actions/GetCampaignDetails', { CampaignID: campaignId });
    const wire = toWireObject(Array.isArray(answer) ? answer[0] : answer);
    if (!wire) throw new OptimoveUnexpectedAnswerError('actions/GetCampaignDetails was not answered with an object');
    const tags = wire.get('Tags');
    return {
      status: wire.text('Status'),
      campaignType: wire.text('CampaignType'),
      isRecurrence: toBoolean(wire.get('IsRecurrence')),
      tags: Array.isArray(tags) ? tags.map(String) : [],
    };
  }

  /** Templates of a campaign on a channel. */
  async getExecutedCampaignChannelDetails(campaign: {
    campaignId: string;
    channelId: number;
  }): Promise<ChannelDetail[]> {
    const rows = await this.list('actions/GetExecutedCampaignChannelDetails', {
      CampaignID: campaign.campaignId,
      ChannelID: campaign.channelId,
    });
    return rows.flatMap((row) => {
      const templateId = row.id('TemplateID');
      return templateId === null ? [] : [{ templateId, scheduledTime: row.text('ScheduledTime', 'ScheduleTime') }];
    });
  }

  /** Campaigns that were executed on a channel on a day, `YYYY-MM-DD`. */
  async getExecutedCampaignsByChannel(query: { channelId: number; date: string }): Promise<string[]> {
    const rows = await this.list('actions/GetExecutedCampaignsByChannel', {
      ChannelID: query.channelId,
      Date: query.date,
    });
    return rows.map((row) => row.id('CampaignID')).filter((id) => id !== null);
  }

  /** Recipients of a campaign on a channel, page by page. */
  recipientPages(query: RecipientQuery): AsyncGenerator<RecipientPage> {
    return recipientPages(this.transport, query);
  }

  /** The day up to which Optimove's data are complete, `YYYY-MM-DD`; it advances once a day. */
  async getLastDataUpdate(): Promise<string> {
    return dayOf(await this.read('general/GetLastDataUpdate', {}));
  }

  /**
   * Customers whose attribute changed from the day before to the newest one, in pieces as they arrive. Minutes may pass
   * before the first. Tried once: a repetition begins anew.
   */
  attributeChanges(query: { attribute: string; userIdAttribute: string | null }): AsyncGenerator<ChangePage> {
    return attributeChanges(this.transport, query);
  }

  /** Posts at most 100 metric values. Not tried again by itself: the caller knows whether that may count twice. */
  async updateCampaignMetrics({ rows, lastWord }: { rows: MetricRow[] } & KeptBack): Promise<void> {
    assertSize(rows.length);
    const body = rows.map(({ channelId, campaignId, templateId, metricId, value }) => ({
      ChannelID: channelId,
      CampaignID: fromId(campaignId),
      TemplateID: fromId(templateId),
      MetricID: metricId,
      MetricValue: value,
    }));
    const path = 'integrations/UpdateCampaignMetrics';
    await this.transport.call({ lane: 'metrics', method: 'POST', path, body, isMadeOnce: true, lastWord });
  }

  /**
   * Sets the state of at most 50,000 customers on a channel. Optimove API: SetCustomerChannelPreference; the state is
   * absolute, so saying it twice changes nothing. Not tried again by itself.
   */
  async setCustomerChannelPreference(preference: ChannelPreference): Promise<void> {
    const { channelId, customerIds, mode, appId, lastWord } = preference;
    if (customerIds.length > largestPreference) {
      throw new InvariantError(`At most ${largestPreference} customers go into one call, not ${customerIds.length}`);
    }
    const body = { ChannelID: channelId, CustomerIDs: customerIds, CommunicationMode: mode, AppID: appId };
    const path = 'integrations/SetCustomerChannelPreference';
    await this.transport.call({ lane: 'metrics', method: 'POST', path, body, isMadeOnce: true, lastWord });
  }

  /** Posts one event of 1 to 10,000 customers. Not tried again by itself: Optimove adds up what it is told. */
  async updateCampaignInteractions({ lastWord, ...batch }: InteractionBatch & KeptBack): Promise<void> {
    const path = 'integrations/UpdateCampaignInteractions';
    const body = interactionBody(batch);
    await this.transport.call({ lane: 'metrics', method: 'POST', path, body, isMadeOnce: true, lastWord });
  }

  /** What Optimove knows of a customer's events from a day to a day, `YYYY-MM-DD`: to check, not to depend on. */
  async getCustomerChannelInteractions(query: {
    customerId: string;
    channelId: number;
    from: string;
    to: string;
  }): Promise<KnownInteraction[]> {
    const rows = await this.list('customers/GetCustomerChannelInteractions', {
      CustomerID: query.customerId,
      StartDate: query.from,
      EndDate: query.to,
      ChannelID: query.channelId,
    });
    return rows.map(readInteraction);
  }

  private async write(path: string, body: unknown, query?: Call['query']): Promise<void> {
    await this.transport.call({ lane: 'control', method: 'POST', path, body, query });
  }

  private read(path: string, query: Record<string, string | number>): Promise<unknown> {
    return this.transport.call({ lane: 'control', method: 'GET', path, query });
  }

  private async list(path: string, query: Record<string, string | number>): Promise<WireObject[]> {
    const answer = await this.read(path, query);
    if (answer === null) return [];
    if (!Array.isArray(answer)) throw new OptimoveUnexpectedAnswerError(`${path} was not answered with a list`);
    return answer.map(toWireObject).filter((row) => row !== null);
  }
}

/** A client of one account. Nothing is sent before the first call. */
export function createOptimoveClient(options: TransportOptions): OptimoveClient {
  return new OptimoveClient(options);
}

function assertSize(count: number): void {
  if (count > largestWrite) throw new InvariantError(`At most ${largestWrite} rows go into one call, not ${count}`);
}

function toBoolean(value: unknown): boolean | null {
  const text = typeof value === 'boolean' ? String(value) : toId(value)?.toLowerCase();
  if (text === 'true' || text === 'false') return text === 'true';
  return null;
}
