import { systemClock } from '@libs/foundation';
import { query, Transactions } from '@libs/platform';
import { ProfilesService } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import { Versions } from '../authoring/versions';
import { compileContent } from '../domain/content/compile-content';
import type { MessageRef } from '../domain/engagement';
import { MessageLinks } from './message-links';

interface SentMail {
  projectId: string;
  profileId: string;
  versionId: string;
  names: string[];
  attributes: (string | null)[];
  variant: string | null;
  language: string | null;
}

/** E-mails as they look in a browser. */
@Injectable()
export class MailView {
  constructor(
    private readonly transactions: Transactions,
    private readonly versions: Versions,
    private readonly profiles: ProfilesService,
    private readonly links: MessageLinks,
  ) {}

  /**
   * The HTML of an e-mail, made again of the frozen content and of what Optimove said then; attributes that we store are as
   * they are now. Null when no such e-mail was sent, or when what it was made of is no longer kept.
   */
  async html(ref: MessageRef): Promise<string | null> {
    const { pool } = this.transactions;
    const mail = await this.find(ref);
    if (!mail) return null;
    const { content } = await this.versions.get(pool, mail.versionId);
    const stored = await this.profiles.storedValues(pool, mail.projectId, [mail.profileId]);
    const user = { ...stored.get(mail.profileId), ...(mail.language ? { language: mail.language } : {}) };
    const given = mail.names.flatMap((name, index) => (mail.attributes[index] ? [[name, mail.attributes[index]]] : []));
    const person = { ...user, user, ...Object.fromEntries(given) };
    const [outcome] = compileContent(content).renderSlice('EMAIL', [person], [mail.variant]);
    if (!outcome?.ok || !('html' in outcome.message)) return null;
    const bare = { ...outcome.message, deliveryId: '', to: '' };
    const message = this.links.addTo(
      bare as Parameters<MessageLinks['addTo']>[0],
      { ...ref, profileId: mail.profileId },
      systemClock.now(),
    );
    return 'html' in message ? (message.html ?? null) : null;
  }

  private async find({ executionId, seq }: MessageRef): Promise<SentMail | null> {
    const [mail] = await query<SentMail>(
      this.transactions.pool,
      `SELECT d.project_id AS "projectId", d.profile_id AS "profileId",
         t.version_id AS "versionId", e.attributes AS names, s.attributes, d.variant, d.language
       FROM delivery d JOIN recipient r ON r.execution_id = d.execution_id AND r.seq = d.seq
       JOIN execution e ON e.id = d.execution_id
       JOIN execution_template t ON t.execution_id = d.execution_id AND t.optimove_template_id = r.optimove_template_id
       JOIN recipient_staging s ON s.execution_id = r.execution_id AND s.reading = r.reading AND s.row_no = r.row_no
       WHERE d.execution_id = $1 AND d.seq = $2 AND d.medium = 'EMAIL' AND t.version_id IS NOT NULL LIMIT 1`,
      [executionId, seq],
    );
    return mail ?? null;
  }
}
