import { addProviders, type CampaignStage, mutate, stageCampaign } from '../campaign-stage';
import { eventually } from '../eventually';
import { type Product, startProduct } from '../product';
import { Phones } from './phones';
import { addRule, type ChosenRule, ruleInput } from './road-rules';
import { type RoadOrigin, type RoadPerson, type RoadSetting, roadPeople } from './roads';

/** The rule that is tried with every state of its data, and those of which people alone differ. */
const names = { tried: 'gamStop', strict: 'selfExcluded', elsewhere: 'excludedElsewhere' };
/** Less than the age of data of {@link changeDay}. */
const tooShortHours = 24;
const day = (daysAgo: number): string => new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10);
/** Of the values that are there from the beginning, and of the changes that come later. */
const firstDay = day(3);
const changeDay = day(2);
const nextDay = day(1);

interface Feed {
  attributes: { id: string; state: string }[];
}

/** The content of an origin, over all media or some; its title tells afterwards where a message came from. */
export function contentOf(origin: RoadOrigin, isOnSites?: boolean): object {
  const texts = { title: origin, body: 'The final' };
  const webPush = { webPush: texts };
  const others = {
    mobilePush: texts,
    sms: { from: 'Example', text: origin },
    email: { fromAddress: 'offers@example.com', fromName: 'Example', subject: origin, html: '<p>The final</p>' },
    inbox: { style: 'CARD', ...texts },
    inApp: { style: 'MODAL', ...texts, trigger: { kind: 'SESSION_START' } },
  };
  if (isOnSites === undefined) return { ...others, ...webPush };
  return isOnSites ? webPush : others;
}

/** The product with everybody of the roads, one connection, one exclusion rule and a campaign of each origin. */
export class RoadsWorld {
  private constructor(
    readonly product: Product,
    readonly stage: CampaignStage,
    readonly phones: Phones,
    private readonly rules: Record<keyof typeof names, ChosenRule>,
  ) {}

  private overrideId: string | null = null;
  private setting: RoadSetting | null = null;

  static async make(): Promise<RoadsWorld> {
    const product = await startProduct({ env: { TRIGGERED_PER_PERSON_PER_HOUR: '1000' } });
    const { graphql, control, farEnds } = product;
    await addProviders(product);
    const webPush = { subject: 'mailto:ops@example.com', baseUrl: farEnds.endpoints.webPushBaseUrl };
    for (const [provider, settings] of Object.entries({ webpush: webPush, inbox: {}, 'in-app': {} })) {
      await mutate(graphql, 'createProviderAccount', 'CreateProviderAccountInput', 'providerAccount { id }', {
        provider,
        name: provider,
        settings: Object.entries(settings).map(([name, value]) => ({ name, value })),
      });
    }
    const stage = await stageCampaign(product, {
      content: contentOf('OPTIMOVE', false),
      name: 'Roads',
      connection: { mobileNumberAttribute: null },
    });
    const other = await stageCampaign(product, { content: contentOf('OPTIMOVE', false), name: 'Elsewhere' });
    for (const name of [names.tried, names.strict]) {
      await control('PUT', `/tenants/${stage.tenant.id}/attributes/${name}`, {});
    }
    await control('PUT', `/tenants/${other.tenant.id}/attributes/${names.elsewhere}`, {});
    for (const { tenant } of [stage, other])
      await control('PUT', `/tenants/${tenant.id}/data-date`, { date: changeDay });
    const rules = {
      tried: await addRule(product, { name: names.tried, connectionId: stage.connectionId }),
      strict: await addRule(product, {
        ...{ name: names.strict, connectionId: stage.connectionId, rule: { whenUnknown: 'EXCLUDE' } },
      }),
      elsewhere: await addRule(product, { name: names.elsewhere, connectionId: other.connectionId }),
    };
    await mutate(graphql, 'setOptimoveGuard', 'SetOptimoveGuardInput', 'feed { version }', {
      connectionId: stage.connectionId,
      guardsOptimove: true,
      version: 1,
    });
    const world = new RoadsWorld(product, stage, new Phones(product), rules);
    for (const rule of Object.values(rules)) await world.comesTo('FRESH', rule);
    await world.addPeople();
    return world;
  }

  private async addPeople(): Promise<void> {
    const values = roadPeople.filter(({ value }) => value === 'EXCLUDING' || value === 'HARMLESS');
    await this.load(firstDay, { isComplete: true, rows: values.map((each) => [each, each.value === 'EXCLUDING']) });
    const known = roadPeople.filter(({ others }) => others !== 'UNKNOWN');
    const strict = known.map((each): [RoadPerson, boolean] => [each, each.others === 'EXCLUDING']);
    await this.load(firstDay, { isComplete: true, rows: strict }, this.rules.strict);
    const elsewhere = roadPeople.map((each): [RoadPerson, boolean] => [each, each.others === 'EXCLUDING_ELSEWHERE']);
    await this.load(firstDay, { isComplete: true, rows: elsewhere }, this.rules.elsewhere);
    const profiles = roadPeople.map((person) =>
      [
        person.userId,
        emailOf(person),
        numberOf(person),
        'SUBSCRIBED,SUBSCRIBED',
        person.value === 'OWN_EXCLUDING' ? 'true' : '',
      ].join(','),
    );
    const header = `userId,email,mobileNumber,emailSubscription,smsSubscription,${names.tried}`;
    await this.upload('/imports/profiles', [header, ...profiles]);
    await this.phones.install(roadPeople);
  }

  /** What becomes of people between the list and the hand-over. */
  async change(): Promise<void> {
    const changed = roadPeople.filter(({ change }) => change !== 'NONE');
    await this.load(changeDay, {
      isComplete: false,
      rows: changed.map((each) => [each, each.change === 'TO_EXCLUDING']),
    });
    const listed = roadPeople.filter(({ listing }) => listing !== 'NONE').map(entryOf);
    await this.upload('/imports/suppression-entries', ['kind,value,medium,reason', ...listed]);
  }

  /** The data of the rule and the override, as a setting says. */
  async arrange(setting: RoadSetting): Promise<void> {
    const was = this.setting;
    this.setting = setting;
    if (setting.override === 'IN_FORCE') await this.override();
    if (setting.data === 'TOO_OLD' && was?.data !== 'TOO_OLD') await this.shortenAge();
    if (setting.data === 'FAILED' && was?.data !== 'FAILED') await this.failSync();
    if (setting.override === 'NONE') await this.revoke();
  }

  private async override(): Promise<void> {
    if (this.overrideId) return;
    const { override } = await mutate<{ override: { id: string } }>(
      this.product.graphql,
      'overrideExclusionRule',
      'OverrideExclusionRuleInput',
      'override { id }',
      {
        ruleId: this.rules.tried.ruleId,
        reason: 'Agreed with compliance',
        expiresAt: new Date(Date.now() + 3_600_000),
      },
    );
    this.overrideId = override.id;
  }

  private async revoke(): Promise<void> {
    const id = this.overrideId;
    if (!id) return;
    this.overrideId = null;
    await mutate(this.product.graphql, 'revokeGuardOverride', 'RevokeGuardOverrideInput', 'override { revokedAt }', {
      id,
    });
  }

  /** The rule allows no data as old as those that are there. */
  private async shortenAge(): Promise<void> {
    const { ruleId: id } = this.rules.tried;
    await mutate(this.product.graphql, 'updateExclusionRule', 'UpdateExclusionRuleInput', 'rule { version }', {
      ...{ ...ruleInput, id, version: 1, maximumAgeHours: tooShortHours },
    });
  }

  /** Optimove does not release the attribute any more when the next day comes. */
  private async failSync(): Promise<void> {
    const { control, graphql } = this.product;
    const tenant = `/tenants/${this.stage.tenant.id}`;
    await control('PUT', `${tenant}/attributes/${names.tried}`, { isReleased: false });
    await control('PUT', `${tenant}/data-date`, { date: nextDay });
    await mutate(graphql, 'runSuppressionSync', 'RunSuppressionSyncInput', '__typename', {
      connectionId: this.stage.connectionId,
    });
    await this.comesTo('FAILED', this.rules.tried);
  }

  /** Has the account's files of customers announced for a channel. */
  async takeFiles(channelId: number): Promise<void> {
    const { control } = this.product;
    const tenant = `/tenants/${this.stage.tenant.id}`;
    const listeners = await control<{ listenerUrl: string }[]>('GET', `${tenant}/listeners`);
    const url = listeners.map(({ listenerUrl }) => listenerUrl).find((each) => each.endsWith('/event-13'));
    await control('PUT', `${tenant}/webhooks`, { channelId, url: url?.replace(/event-13$/, 'event-14') });
  }

  private async comesTo(state: 'FRESH' | 'FAILED', { connectionId, attributeId }: ChosenRule): Promise<void> {
    await eventually(`the attribute comes to be ${state}`, async () => {
      const { suppressionFeed } = await this.product.graphql<{ suppressionFeed: Feed }>(
        'query ($id: ID!) { suppressionFeed(connectionId: $id) { attributes { id state } } }',
        { id: connectionId },
      );
      return suppressionFeed.attributes.some((each) => each.id === attributeId && each.state === state);
    });
  }

  private load(
    dataDate: string,
    given: { isComplete: boolean; rows: [RoadPerson, boolean][] },
    { attributeId }: ChosenRule = this.rules.tried,
  ): Promise<void> {
    const path = `/imports/suppression-values/${attributeId}?dataDate=${dataDate}&complete=${given.isComplete}&reason=Load`;
    return this.upload(path, ['userId,value', ...given.rows.map(([{ userId }, value]) => `${userId},${value}`)]);
  }

  private async upload(path: string, lines: string[]): Promise<void> {
    const body = `${lines.join('\n')}\n`;
    const answer = await this.product.rest(path, { method: 'POST', body, headers: { 'content-type': 'text/csv' } });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  }
}

/** Addresses are written with capitals on the profile and without on the list. */
function emailOf({ userId }: RoadPerson): string {
  return `${userId}@Example.COM`;
}

/** The sandbox cannot deliver to numbers that end in four zeros. */
function numberOf({ userId }: RoadPerson): string {
  return `44770${userId.slice(1, 2)}${userId.slice(-5)}9`;
}

function entryOf(person: RoadPerson): string {
  const [by, medium = 'ANY'] = person.listing.split('_FOR_');
  const reason = 'Asked not to be contacted';
  if (by === 'ADDRESS') return ['EMAIL', emailOf(person).toLowerCase(), medium, reason].join(',');
  if (by === 'NUMBER') return ['MOBILE_NUMBER', numberOf(person), medium, reason].join(',');
  return ['USER_ID', person.userId, medium, reason].join(',');
}

/** Whom an e-mail or a text was for. */
export const addressesOf = (person: RoadPerson): [string, string] => [emailOf(person).toLowerCase(), numberOf(person)];
