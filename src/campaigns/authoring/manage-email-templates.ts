import { newId } from '@libs/foundation';
import { Transactions, type Tx } from '@libs/platform';
import { type Actor, AuditTrail } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import {
  checkEmailTemplate,
  contentOf,
  type EmailTemplateTexts,
  mostEmailTemplates,
} from '../domain/content/email-template';
import { errorsOf } from '../domain/content/validate-content';
import { copyNames, freeCopyName } from '../domain/copy-name';
import { EmailTemplateRepository, type EmailTemplateRow } from '../persistence/authoring/email-template.repository';
import { Snippets } from './snippets';

/** Why a change of an e-mail template is refused. */
export const emailTemplateErrorCodes = [
  'NOT_FOUND',
  'CONFLICT',
  'INVALID',
  'NAME_TAKEN',
  'ARCHIVED',
  'TOO_MANY',
] as const;

/** A problem that the author can mend. */
export interface EmailTemplateProblem {
  code: (typeof emailTemplateErrorCodes)[number];
  path: string[];
  message: string;
}

/** The template as it is now, or what has to be mended first. */
export type EmailTemplateOutcome =
  | { template: EmailTemplateRow; problems: [] }
  | { template: null; problems: EmailTemplateProblem[] };

/** A template as its author writes it. */
export type GivenEmailTemplate = EmailTemplateTexts & { name: string };

/** Names a template as it was read. */
export interface SeenEmailTemplate {
  id: string;
  version: number;
}

/** Keeps the e-mail templates of projects. Campaigns copy what they take over, so a change reaches none of them by itself. */
@Injectable()
export class ManageEmailTemplates {
  constructor(
    private readonly transactions: Transactions,
    private readonly repository: EmailTemplateRepository,
    private readonly snippets: Snippets,
    private readonly audit: AuditTrail,
  ) {}

  create(actor: Actor, given: GivenEmailTemplate): Promise<EmailTemplateOutcome> {
    return this.inProject(actor, async (tx) => {
      const taken = await this.repository.namesTaken(tx, actor.projectId, [given.name]);
      if (taken.size > 0) return nameTaken;
      return (await this.faults(tx, actor, given)) ?? this.add(tx, actor, given);
    });
  }

  /** Replaces name and texts. */
  update(actor: Actor, seen: SeenEmailTemplate, given: GivenEmailTemplate): Promise<EmailTemplateOutcome> {
    return this.inProject(actor, async (tx) => {
      const before = await this.read(tx, actor, seen);
      if ('problems' in before) return before;
      const taken = await this.repository.namesTaken(tx, actor.projectId, [given.name]);
      if (given.name !== before.name && taken.size > 0) return nameTaken;
      const faults = await this.faults(tx, actor, given);
      if (faults) return faults;
      const was = await this.written(tx, before);
      await this.repository.update(tx, before, given);
      return this.told(tx, actor, { id: before.id, action: 'updated', before: was });
    });
  }

  /** A template with the same texts, of any that there was; a null name makes one up. */
  copy(actor: Actor, { id, name }: { id: string; name: string | null }): Promise<EmailTemplateOutcome> {
    const { projectId } = actor;
    return this.inProject(actor, async (tx) => {
      const original = await this.repository.find(tx, { projectId, id });
      if (!original) return notFound;
      const wanted = name === null ? copyNames(original.name) : [name];
      const taken = await this.repository.namesTaken(tx, projectId, wanted);
      const free = name === null ? freeCopyName(original.name, taken) : taken.has(name) ? null : name;
      if (free === null) return nameTaken;
      return this.add(tx, actor, { ...(await this.written(tx, original)), name: free }, id);
    });
  }

  /** Puts a template away; its name becomes free, and campaigns that began with it keep their text. */
  archive(actor: Actor, seen: SeenEmailTemplate): Promise<EmailTemplateOutcome> {
    return this.inProject(actor, async (tx) => {
      const template = await this.read(tx, actor, seen);
      if ('problems' in template) return template;
      await this.repository.archive(tx, template);
      return this.told(tx, actor, { id: template.id, action: 'archived' });
    });
  }

  private inProject(actor: Actor, work: (tx: Tx) => Promise<EmailTemplateOutcome>): Promise<EmailTemplateOutcome> {
    return this.transactions.run(async (tx) => {
      await this.repository.lockNames(tx, actor.projectId);
      return work(tx);
    });
  }

  private async read(
    tx: Tx,
    { projectId }: Actor,
    { id, version }: SeenEmailTemplate,
  ): Promise<EmailTemplateRow | EmailTemplateOutcome> {
    const template = await this.repository.lock(tx, { projectId, id });
    if (!template) return notFound;
    if (template.version !== version) return conflict;
    return template.isArchived ? archived : template;
  }

  private async add(tx: Tx, actor: Actor, given: GivenEmailTemplate, copyOf?: string): Promise<EmailTemplateOutcome> {
    const { projectId } = actor;
    if ((await this.repository.count(tx, projectId)) >= mostEmailTemplates) return tooMany;
    const id = newId();
    await this.repository.insert(tx, { id, projectId }, given);
    return this.told(tx, actor, { id, action: 'created', more: copyOf ? { copyOf } : {} });
  }

  /** What the texts are refused for, as those of a campaign would be. */
  private async faults(tx: Tx, { projectId }: Actor, given: GivenEmailTemplate): Promise<EmailTemplateOutcome | null> {
    const { findings } = checkEmailTemplate(await this.snippets.attach(tx, projectId, contentOf(given)));
    const errors = errorsOf(findings);
    if (errors.length === 0) return null;
    return { template: null, problems: errors.map(({ path, message }) => ({ code: 'INVALID', path, message })) };
  }

  private async told(
    tx: Tx,
    actor: Actor,
    { id, action, before, more = {} }: { id: string; action: string; before?: object; more?: object },
  ): Promise<EmailTemplateOutcome> {
    const template = await this.repository.find(tx, { projectId: actor.projectId, id });
    if (!template) return notFound;
    const after = { ...(await this.written(tx, template)), ...more };
    const subject = { type: 'email-template', id };
    await this.audit.record(tx, actor, { action: `email-template.${action}`, subject, before, after });
    return { template, problems: [] };
  }

  /** What its author wrote, for the audit trail and for a copy. */
  private async written(tx: Tx, template: EmailTemplateRow): Promise<GivenEmailTemplate> {
    const { id, projectId, name, subject, preheader } = template;
    return { name, subject, preheader, html: (await this.repository.html(tx, projectId, [id])).get(id) ?? '' };
  }
}

function refused(code: EmailTemplateProblem['code'], path: string[], message: string): EmailTemplateOutcome {
  return { template: null, problems: [{ code, path, message }] };
}

const notFound = refused(
  'NOT_FOUND',
  ['id'],
  'This project has no such e-mail template; list emailTemplates to see their ids',
);
const archived = refused('ARCHIVED', ['id'], 'An archived e-mail template cannot be changed; copy it');
const nameTaken = refused('NAME_TAKEN', ['name'], 'Another e-mail template of this project has this name');
const tooMany = refused('TOO_MANY', [], `A project has at most ${mostEmailTemplates} e-mail templates; archive some`);
const conflict = refused(
  'CONFLICT',
  ['version'],
  'Somebody else changed the e-mail template meanwhile; read it again and repeat the change',
);
