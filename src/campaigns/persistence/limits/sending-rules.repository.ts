import { query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { QuietHours } from '../../domain/limits/quiet-hours';

/** An address that e-mails come from, and the name that goes with it. */
export interface EmailSender {
  address: string;
  name: string;
}

/** Rules for everything that a project sends. */
export interface SendingRules {
  /** On the customer's own clock; null: none. */
  quietHours: QuietHours | null;
  /** Whether triggered messages wait for their end as well. */
  isQuietForTriggered: boolean;
  /** Whether a campaign can be launched only with an engagement category. */
  isCategoryRequired: boolean;
  /** Those that campaigns choose from; none: any. */
  emailSenders: EmailSender[];
  smsSenders: string[];
  version: number;
}

interface Row extends Omit<SendingRules, 'quietHours'> {
  from: string | null;
  to: string | null;
}

const none: SendingRules = {
  quietHours: null,
  isQuietForTriggered: false,
  isCategoryRequired: false,
  emailSenders: [],
  smsSenders: [],
  version: 1,
};
const columns = `to_char(quiet_from, 'HH24:MI') AS "from", to_char(quiet_to, 'HH24:MI') AS "to",
  is_quiet_for_triggered AS "isQuietForTriggered", is_category_required AS "isCategoryRequired",
  email_senders AS "emailSenders", sms_senders AS "smsSenders", version`;

/** The sending rules of projects; a project has none until it says otherwise. */
@Injectable()
export class SendingRulesRepository {
  async get(tx: Tx, projectId: string): Promise<SendingRules> {
    const rows = await query<Row>(tx, `SELECT ${columns} FROM sending_rules WHERE project_id = $1`, [projectId]);
    return rows[0] ? toRules(rows[0]) : none;
  }

  /** Replaces them; null when they are not at `version` any more. */
  async replace(tx: Tx, projectId: string, rules: SendingRules): Promise<SendingRules | null> {
    const { quietHours, isQuietForTriggered, isCategoryRequired, emailSenders, smsSenders, version } = rules;
    await query(tx, 'INSERT INTO sending_rules (project_id) VALUES ($1) ON CONFLICT DO NOTHING', [projectId]);
    const rows = await query<Row>(
      tx,
      `UPDATE sending_rules SET quiet_from = $2, quiet_to = $3, is_quiet_for_triggered = $4, is_category_required = $5,
         email_senders = $7, sms_senders = $8, version = version + 1 WHERE project_id = $1 AND version = $6 RETURNING ${columns}`,
      [
        projectId,
        quietHours?.from ?? null,
        quietHours?.to ?? null,
        isQuietForTriggered,
        isCategoryRequired,
        version,
        JSON.stringify(emailSenders),
        JSON.stringify(smsSenders),
      ],
    );
    return rows[0] ? toRules(rows[0]) : null;
  }
}

function toRules({ from, to, ...rules }: Row): SendingRules {
  return { ...rules, quietHours: from !== null && to !== null ? { from, to } : null };
}
