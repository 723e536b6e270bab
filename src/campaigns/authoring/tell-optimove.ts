import { AppError } from '@libs/foundation';
import { type ChannelApp, largestWrite, type OptimoveClient } from '@libs/optimove-client';
import type { PublicationState } from '../domain/content/campaign-status';
import type { TemplatePublicationEntity } from '../persistence/authoring/template-publication.entity';

/** Optimove took what it was told, and its list says otherwise. */
export class UnlistedTemplateError extends AppError {
  readonly code = 'OPTIMOVE_LISTS_OTHERWISE';
  readonly retryable = true;

  constructor(wish: PublicationState) {
    const what = wish === 'WITHDRAWING' ? 'still lists the template' : 'does not list the template under its name';
    super(`Optimove accepted the call but ${what}; it is told again`);
  }
}

/** How Optimove is reached, and where the apps that it is told of are noted. */
export interface Teller {
  client: OptimoveClient;
  noteApps(appIds: string[]): Promise<void>;
}

type Publication = Pick<
  TemplatePublicationEntity,
  'optimoveChannelId' | 'optimoveTemplateId' | 'templateName' | 'apps' | 'state'
>;

/**
 * Puts templates of one channel that have the same wish in, under their apps, or takes them out, and reads the list back.
 * At most 100. @returns those of which Optimove's list says otherwise.
 */
export function tellOptimove<T extends Publication>(teller: Teller, batch: T[]): Promise<T[]> {
  const channelId = batch[0]?.optimoveChannelId ?? 0;
  const isWithdrawn = batch[0]?.state === 'WITHDRAWING';
  return isWithdrawn ? withdraw(teller.client, channelId, batch) : publish(teller, channelId, batch);
}

async function publish<T extends Publication>(teller: Teller, channelId: number, batch: T[]): Promise<T[]> {
  const { client } = teller;
  const apps = appsOf(batch);
  for (let from = 0; from < apps.length; from += largestWrite) {
    const some = apps.slice(from, from + largestWrite);
    await teller.noteApps(some.map(({ appId }) => appId));
    await client.addChannelApps(channelId, some);
  }
  await client.addChannelTemplates(channelId, batch.map(toTemplate));
  const otherwise = await notListed(client, channelId, batch);
  if (otherwise.length === 0) return [];
  // That adding a known template renames it is expected of Optimove, but nowhere promised.
  await client.deleteChannelTemplates(otherwise.map((each) => toKey(channelId, each)));
  await client.addChannelTemplates(channelId, otherwise.map(toTemplate));
  return notListed(client, channelId, otherwise);
}

async function withdraw<T extends Publication>(client: OptimoveClient, channelId: number, batch: T[]): Promise<T[]> {
  await client.deleteChannelTemplates(batch.map((each) => toKey(channelId, each)));
  const listed = new Set((await client.getChannelTemplates(channelId)).map(({ templateId }) => templateId));
  return batch.filter(({ optimoveTemplateId }) => listed.has(String(optimoveTemplateId)));
}

async function notListed<T extends Publication>(client: OptimoveClient, channelId: number, batch: T[]): Promise<T[]> {
  const names = new Map(
    (await client.getChannelTemplates(channelId)).map(({ templateId, name }) => [templateId, name]),
  );
  return batch.filter(({ optimoveTemplateId, templateName }) => names.get(String(optimoveTemplateId)) !== templateName);
}

/** A template can be offered under one app; one for several is offered on the channel as a whole. */
function toTemplate({ optimoveTemplateId, templateName: name, apps }: Publication) {
  const [only, another] = apps;
  return { templateId: String(optimoveTemplateId), name, ...(only && !another ? { appId: only.id } : {}) };
}

function toKey(channelId: number, { optimoveTemplateId }: Publication): { channelId: number; templateId: string } {
  return { channelId, templateId: String(optimoveTemplateId) };
}

function appsOf(batch: Publication[]): ChannelApp[] {
  const apps = new Map(batch.flatMap(({ apps: own }) => own.map(({ id, name }) => [id, name] as const)));
  return [...apps].map(([appId, name]) => ({ appId, name }));
}
