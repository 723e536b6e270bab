import { newId } from '@libs/foundation';
import { query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { In, Not } from 'typeorm';
import type { AppInOptimove } from '../../domain/app-in-optimove';
import type { PublicationState } from '../../domain/content/campaign-status';
import type { OurTemplate } from '../../domain/template-drift';
import { TemplatePublicationEntity } from './template-publication.entity';

/** What a launch or a new name wants Optimove to know. */
export interface PublicationWish {
  projectId: string;
  campaignId: string;
  connectionId: string;
  channelId: string;
  optimoveChannelId: number;
  optimoveTemplateId: number;
  templateName: string;
  versionId: string;
  /** The apps that it is for; empty: all. */
  apps: TemplatePublicationEntity['apps'];
}

/** A wish with its number; work done for an older number is not recorded. */
export interface PublicationTicket {
  publicationId: string;
  revision: number;
}

/** Why Optimove was not told. */
export interface PublicationFault {
  errorCode: string | null;
  lastError: string | null;
}

/** What became of telling Optimove. */
export interface PublicationOutcome extends PublicationFault {
  state: PublicationState;
}

const ticket = 'id AS "publicationId", revision';

/** Publications of templates in Optimove, one per campaign and channel. */
@Injectable()
export class PublicationRepository {
  /** Notes that the template is to be in Optimove as described; the version is live from the commit of `tx` on. */
  async wishPublished(tx: Tx, wish: PublicationWish): Promise<PublicationTicket> {
    const rows = await query<PublicationTicket>(
      tx,
      `INSERT INTO template_publication AS p (id, project_id, campaign_id, connection_id, channel_id,
         optimove_channel_id, optimove_template_id, template_name, version_id, apps)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
       ON CONFLICT (project_id, campaign_id, channel_id) DO UPDATE SET state = 'PENDING', revision = p.revision + 1,
         optimove_channel_id = excluded.optimove_channel_id, template_name = excluded.template_name,
         version_id = excluded.version_id, apps = excluded.apps,
         error_code = NULL, last_error = NULL, updated_at = now()
       RETURNING ${ticket}`,
      [
        newId(),
        wish.projectId,
        wish.campaignId,
        wish.connectionId,
        wish.channelId,
        wish.optimoveChannelId,
        wish.optimoveTemplateId,
        wish.templateName,
        wish.versionId,
        JSON.stringify(wish.apps),
      ],
    );
    return rows[0] ?? { publicationId: '', revision: 0 };
  }

  /** Notes that Optimove is to show the template under a new name. */
  wishRenamed(tx: Tx, campaign: { projectId: string; campaignId: string; name: string }): Promise<PublicationTicket[]> {
    return query(
      tx,
      `UPDATE template_publication SET template_name = $3, state = 'PENDING', revision = revision + 1,
         error_code = NULL, last_error = NULL, updated_at = now()
       WHERE project_id = $1 AND campaign_id = $2 AND state NOT IN ('WITHDRAWING', 'WITHDRAWN') RETURNING ${ticket}`,
      [campaign.projectId, campaign.campaignId, campaign.name],
    );
  }

  /** Notes that a withdrawn template is to be in Optimove again, with the version it had; no ticket when there is none. */
  wishResumed(
    tx: Tx,
    campaign: { projectId: string; campaignId: string; channelId: string | null; name: string },
  ): Promise<PublicationTicket[]> {
    return query(
      tx,
      `UPDATE template_publication SET state = 'PENDING', template_name = $4, revision = revision + 1,
         error_code = NULL, last_error = NULL, updated_at = now()
       WHERE project_id = $1 AND campaign_id = $2 AND channel_id = $3 AND state IN ('WITHDRAWING', 'WITHDRAWN')
       RETURNING ${ticket}`,
      [campaign.projectId, campaign.campaignId, campaign.channelId, campaign.name],
    );
  }

  /** Notes that the templates of the campaigns are to leave Optimove; their versions stay for executions that run. */
  wishWithdrawn(tx: Tx, campaigns: { projectId: string; ids: string[] }): Promise<PublicationTicket[]> {
    return query(
      tx,
      `UPDATE template_publication SET state = 'WITHDRAWING', revision = revision + 1,
         error_code = NULL, last_error = NULL, updated_at = now()
       WHERE project_id = $1 AND campaign_id = ANY($2::uuid[]) AND state <> 'WITHDRAWN' RETURNING ${ticket}`,
      [campaigns.projectId, campaigns.ids],
    );
  }

  /** The publication while its wish is still the one of the ticket and not done yet. */
  findOpen(tx: Tx, { publicationId, revision }: PublicationTicket): Promise<TemplatePublicationEntity | null> {
    return tx.findOneBy(TemplatePublicationEntity, {
      id: publicationId,
      revision,
      state: In(['PENDING', 'WITHDRAWING']),
    });
  }

  /** What else waits for the same on the same channel of the same connection, longest waiting first. */
  openBeside(tx: Tx, publication: TemplatePublicationEntity, limit: number): Promise<TemplatePublicationEntity[]> {
    const { id, connectionId, optimoveChannelId, state } = publication;
    return tx.find(TemplatePublicationEntity, {
      where: { id: Not(id), connectionId, optimoveChannelId, state },
      order: { updatedAt: 'ASC' },
      take: limit,
    });
  }

  /** Apps of campaigns whose template is offered, or to be offered. */
  appsInOptimove(tx: Tx, owner: { projectId: string; connectionId: string }): Promise<AppInOptimove[]> {
    return query<AppInOptimove>(
      tx,
      `SELECT optimove_channel_id AS "optimoveChannelId", a.id AS "appId", bool_or(state = 'PUBLISHED') AS "isPublished"
       FROM template_publication CROSS JOIN jsonb_to_recordset(apps) AS a(id uuid)
       WHERE project_id = $1 AND connection_id = $2 AND state NOT IN ('WITHDRAWING', 'WITHDRAWN')
       GROUP BY optimove_channel_id, a.id ORDER BY optimove_channel_id, a.id`,
      [owner.projectId, owner.connectionId],
    );
  }

  /** Records what came of a ticket, unless there is a newer wish. */
  async record(tx: Tx, wanted: PublicationTicket, outcome: PublicationOutcome): Promise<void> {
    await query(
      tx,
      `UPDATE template_publication SET state = $3, error_code = $4, last_error = $5, updated_at = now(),
         published_at = CASE WHEN $3 = 'PUBLISHED' THEN now() ELSE published_at END
       WHERE id = $1 AND revision = $2`,
      [wanted.publicationId, wanted.revision, outcome.state, outcome.errorCode, outcome.lastError],
    );
  }

  /** Keeps the wish of a ticket open under a new number, so that no job takes it up before it is reopened. */
  async rest(tx: Tx, wanted: PublicationTicket, { errorCode, lastError }: PublicationFault): Promise<void> {
    await query(
      tx,
      `UPDATE template_publication SET revision = revision + 1, error_code = $3, last_error = $4, updated_at = now()
       WHERE id = $1 AND revision = $2`,
      [wanted.publicationId, wanted.revision, errorCode, lastError],
    );
  }

  /** Where each campaign stands on the channel it has now. */
  async current(tx: Tx, projectId: string, campaignIds: readonly string[]): Promise<TemplatePublicationEntity[]> {
    return tx
      .createQueryBuilder(TemplatePublicationEntity, 'p')
      .innerJoin(
        'campaign',
        'c',
        'c.project_id = p.project_id AND c.id = p.campaign_id AND c.channel_id = p.channel_id',
      )
      .where('p.project_id = :projectId AND p.campaign_id IN (:...campaignIds)', { projectId, campaignIds })
      .getMany();
  }

  /** The live (or last live) version of each template, by Optimove's ids. */
  versionsOf(
    tx: Tx,
    wanted: { connectionId: string; optimoveChannelId: number; optimoveTemplateIds: number[] },
  ): Promise<{ templateId: string; versionId: string }[]> {
    return query(
      tx,
      `SELECT optimove_template_id::text AS "templateId", version_id AS "versionId" FROM template_publication
       WHERE connection_id = $1 AND optimove_channel_id = $2 AND optimove_template_id = ANY($3::int[])`,
      [wanted.connectionId, wanted.optimoveChannelId, wanted.optimoveTemplateIds],
    );
  }

  /** Optimove's ids of the templates of a channel that are not withdrawn. */
  async liveTemplates(
    tx: Tx,
    { connectionId, optimoveChannelId }: { connectionId: string; optimoveChannelId: number },
  ): Promise<string[]> {
    const rows = await query<{ templateId: string }>(
      tx,
      `SELECT optimove_template_id::text AS "templateId" FROM template_publication
       WHERE connection_id = $1 AND optimove_channel_id = $2 AND state NOT IN ('WITHDRAWING', 'WITHDRAWN')`,
      [connectionId, optimoveChannelId],
    );
    return rows.map(({ templateId }) => templateId);
  }

  /** Optimove's ids of the templates of a channel that are withdrawn. */
  async withdrawnTemplates(
    tx: Tx,
    { connectionId, optimoveChannelId }: { connectionId: string; optimoveChannelId: number },
  ): Promise<string[]> {
    const rows = await query<{ templateId: string }>(
      tx,
      `SELECT optimove_template_id::text AS "templateId" FROM template_publication
       WHERE connection_id = $1 AND optimove_channel_id = $2 AND state IN ('WITHDRAWING', 'WITHDRAWN')`,
      [connectionId, optimoveChannelId],
    );
    return rows.map(({ templateId }) => templateId);
  }

  /** By Optimove's channel: what Optimove was told, and the ids of templates about which it is being told now. */
  async settled(
    tx: Tx,
    projectId: string,
    connectionId: string,
  ): Promise<Map<number, { settled: OurTemplate[]; moving: Set<string> }>> {
    const rows = await query<OurTemplate & { channelId: number; state: PublicationState }>(
      tx,
      `SELECT id AS "publicationId", campaign_id AS "campaignId", optimove_channel_id AS "channelId",
         optimove_template_id::text AS "templateId", template_name AS name, state, state = 'WITHDRAWN' AS "isWithdrawn"
       FROM template_publication WHERE project_id = $1 AND connection_id = $2 ORDER BY id`,
      [projectId, connectionId],
    );
    const byChannel = new Map<number, { settled: OurTemplate[]; moving: Set<string> }>();
    for (const { channelId, state, ...template } of rows) {
      const own = byChannel.get(channelId) ?? { settled: [], moving: new Set<string>() };
      byChannel.set(channelId, own);
      if (state === 'PENDING' || state === 'WITHDRAWING') own.moving.add(template.templateId);
      else own.settled.push(template);
    }
    return byChannel;
  }

  /** Wishes once more what was wished of these publications, as long as nothing is under way for them. */
  reopen(tx: Tx, projectId: string, ids: string[]): Promise<PublicationTicket[]> {
    return query(
      tx,
      `UPDATE template_publication SET state = CASE state WHEN 'WITHDRAWN' THEN 'WITHDRAWING' ELSE 'PENDING' END,
         revision = revision + 1, error_code = NULL, last_error = NULL, updated_at = now()
       WHERE project_id = $1 AND id = ANY($2::uuid[]) AND state NOT IN ('PENDING', 'WITHDRAWING') RETURNING ${ticket}`,
      [projectId, ids],
    );
  }

  /** Wishes once more what is, or is to be, offered for an app of a channel. */
  reopenFor(
    tx: Tx,
    channel: { connectionId: string; optimoveChannelId: number },
    appId: string,
  ): Promise<PublicationTicket[]> {
    return query(
      tx,
      `UPDATE template_publication SET state = 'PENDING', revision = revision + 1, error_code = NULL, last_error = NULL, updated_at = now()
       WHERE connection_id = $1 AND optimove_channel_id = $2 AND apps @> jsonb_build_array(jsonb_build_object('id', $3::uuid)) AND state NOT IN ('WITHDRAWING', 'WITHDRAWN')
       RETURNING ${ticket}`,
      [channel.connectionId, channel.optimoveChannelId, appId],
    );
  }

  /** Gives wishes that nobody worked at for a while a new number, so that a new job can take them up. */
  reopenIdle(tx: Tx, idleSeconds: number): Promise<PublicationTicket[]> {
    return query(
      tx,
      `UPDATE template_publication SET revision = revision + 1, updated_at = now()
       WHERE id IN (SELECT id FROM template_publication WHERE state IN ('PENDING', 'WITHDRAWING')
         AND updated_at < now() - $1 * interval '1 second' ORDER BY updated_at LIMIT 500 FOR UPDATE SKIP LOCKED)
       RETURNING ${ticket}`,
      [idleSeconds],
    );
  }

  /** Gives the open wishes of a connection a new number, so that new jobs take them up at once. */
  reopenOpen(tx: Tx, connectionId: string): Promise<PublicationTicket[]> {
    return query(
      tx,
      `UPDATE template_publication SET revision = revision + 1, updated_at = now()
       WHERE connection_id = $1 AND state IN ('PENDING', 'WITHDRAWING') RETURNING ${ticket}`,
      [connectionId],
    );
  }

  /** Campaigns with a template of this connection that has not left Optimove, by project. */
  ofConnection(tx: Tx, connectionId: string): Promise<{ projectId: string; ids: string[] }[]> {
    return query(
      tx,
      `SELECT project_id AS "projectId", array_agg(campaign_id) AS ids FROM template_publication
       WHERE connection_id = $1 AND state NOT IN ('WITHDRAWING', 'WITHDRAWN') GROUP BY project_id`,
      [connectionId],
    );
  }
}
