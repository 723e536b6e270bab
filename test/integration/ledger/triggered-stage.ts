import { type CampaignStage, stageCampaign } from '../../support/campaign-stage';
import { type ContentStage, setStage } from '../content/stage';

/** A stage with a launched campaign of a triggered channel. */
export interface TriggeredStage {
  stage: ContentStage;
  campaign: CampaignStage;
  /** As Optimove knows the channel. */
  optimoveChannelId: number;
}

/** Sets one up, with today's partitions of the ledger. */
export async function setTriggeredStage(): Promise<TriggeredStage> {
  const stage = await setStage();
  const channel = { kind: 'TRIGGERED', name: 'Xtremepush Triggered' };
  const campaign = await stageCampaign(stage, { content: { mobilePush: { title: 'Hello', body: 'Hi' } }, channel });
  await stage.database.query('SELECT ensure_ledger_partitions(now())');
  const [row] = await stage.database.query<{ id: number }>('SELECT optimove_channel_id AS id FROM channel');
  return { stage, campaign, optimoveChannelId: row?.id ?? 0 };
}
