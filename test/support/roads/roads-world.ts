import { addProviders, type CampaignStage, mutate, stageCampaign } from '../campaign-stage';
import { eventually } from '../eventually';
import { type Product, startProduct } from '../product';
import { Phones } from './phones';
import { type RoadOrigin, type RoadPerson, type RoadSetting, roadPeople } from './roads';

const attribute = 'gamStop';
const ruleInput = { excludingValues: ['true'], whenUnknown: 'ALLOW', maximumAgeHours: 8760 };
const day = (daysAgo: number): string => new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10);
/** Of the values that are there from the beginning, and of the changes that come later. */
const firstDay = day(3);
const changeDay = day(2);
const nextDay = day(1);

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
    private readonly attributeId: string,
    private readonly ruleId: string,
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
    const tenant = `/tenants/${stage.tenant.id}`;
    await control('PUT', `${tenant}/attributes/${attribute}`, {});
    await control('PUT', `${tenant}/data-date`, { date: changeDay });
    const { attributeDefinition } = await mutate<{ attributeDefinition: { id: string } }>(
      graphql,
      'createAttributeDefinition',
      'CreateAttributeDefinitionInput',
      'attributeDefinition { id }',
      { name: attribute, type: 'BOOLEAN' },
    );
    const { suppressionAttribute } = await mutate<{ suppressionAttribute: { id: string } }>(
      graphql,
      'chooseSuppressionAttribute',
      'ChooseSuppressionAttributeInput',
      'suppressionAttribute { id }',
      { connectionId: stage.connectionId, attributeDefinitionId: attributeDefinition.id },
    );
    const { rule } = await mutate<{ rule: { id: string } }>(
      graphql,
      'createExclusionRule',
      'CreateExclusionRuleInput',
      'rule { id }',
      {
        ...ruleInput,
        suppressionAttributeId: suppressionAttribute.id,
      },
    );
    await mutate(graphql, 'setOptimoveGuard', 'SetOptimoveGuardInput', 'feed { version }', {
      connectionId: stage.connectionId,
      guardsOptimove: true,
      version: 1,
    });
    const world = new RoadsWorld(product, stage, new Phones(product), suppressionAttribute.id, rule.id);
    await world.comesTo('FRESH');
    await world.addPeople();
    return world;
  }

  private async addPeople(): Promise<void> {
    const values = roadPeople.filter(({ value }) => value === 'EXCLUDING' || value === 'HARMLESS');
    await this.load(firstDay, { isComplete: true, rows: values.map((each) => [each, each.value === 'EXCLUDING']) });
    const profiles = roadPeople.map((person) =>
      [
        person.userId,
        emailOf(person),
        numberOf(person),
        'SUBSCRIBED,SUBSCRIBED',
        person.value === 'OWN_EXCLUDING' ? 'true' : '',
      ].join(','),
    );
    const header = `userId,email,mobileNumber,emailSubscription,smsSubscription,${attribute}`;
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
      { ruleId: this.ruleId, reason: 'Agreed with compliance', expiresAt: new Date(Date.now() + 3_600_000) },
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

  /** Optimove does not release the attribute any more when the next day comes. */
  private async failSync(): Promise<void> {
    const { control, graphql } = this.product;
    const tenant = `/tenants/${this.stage.tenant.id}`;
    await control('PUT', `${tenant}/attributes/${attribute}`, { isReleased: false });
    await control('PUT', `${tenant}/data-date`, { date: nextDay });
    await mutate(graphql, 'runSuppressionSync', 'RunSuppressionSyncInput', '__typename', {
      connectionId: this.stage.connectionId,
    });
    await this.comesTo('FAILED');
  }

  private async comesTo(state: 'FRESH' | 'FAILED'): Promise<void> {
    await eventually(`the attribute comes to be ${state}`, async () => {
      const { suppressionFeed } = await this.product.graphql<{ suppressionFeed: { attributes: { state: string }[] } }>(
        'query ($id: ID!) { suppressionFeed(connectionId: $id) { attributes { state } } }',
        { id: this.stage.connectionId },
      );
      return suppressionFeed.attributes[0]?.state === state;
    });
  }

  private load(dataDate: string, given: { isComplete: boolean; rows: [RoadPerson, boolean][] }): Promise<void> {
    const path = `/imports/suppression-values/${this.attributeId}?dataDate=${dataDate}&complete=${given.isComplete}`;
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
  return `447700${userId.slice(-5)}9`;
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
