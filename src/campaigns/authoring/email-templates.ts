import type { Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { CampaignContent, EmailContent } from '../domain/content/campaign-content';
import type { Finding } from '../domain/content/finding';
import { EmailTemplateRepository, type EmailTemplateRow } from '../persistence/authoring/email-template.repository';
import type { CampaignProblem } from './campaign-problem';

/** E-mail templates for the e-mails that begin with them. */
@Injectable()
export class EmailTemplates {
  constructor(private readonly repository: EmailTemplateRepository) {}

  /**
   * An e-mail that names a template, with the template's texts where it has none of its own: they are copied, so that
   * nothing that is written or approved changes with the template.
   */
  async takeOver(
    tx: Tx,
    projectId: string,
    { given, before }: { given: EmailContent; before: EmailContent | undefined },
  ): Promise<{ email: EmailContent; problems: CampaignProblem[] }> {
    const { templateId: id } = given;
    if (!id) return { email: given, problems: [] };
    const isWritten = given.html.trim() !== '';
    if (isWritten && before?.templateId === id) {
      return { email: { ...given, templateRevision: before.templateRevision }, problems: [] };
    }
    const template = await this.repository.find(tx, { projectId, id });
    if (!template || template.isArchived) return { email: given, problems: [missing] };
    const email = { ...given, templateRevision: template.revision };
    return { email: isWritten ? email : await this.filled(tx, email, template), problems: [] };
  }

  /** Says so when the template has other texts by now. */
  async findings(tx: Tx, projectId: string, { email }: CampaignContent): Promise<Finding[]> {
    if (!email?.templateId) return [];
    const template = await this.repository.find(tx, { projectId, id: email.templateId });
    if (!template || template.isArchived || template.revision === email.templateRevision) return [];
    const message = `The template “${template.name}” was changed since this e-mail took it over, which keeps its own text`;
    return [{ path: ['content', 'email', 'templateId'], code: 'TEMPLATE_CHANGED', severity: 'WARNING', message }];
  }

  private async filled(tx: Tx, email: EmailContent, template: EmailTemplateRow): Promise<EmailContent> {
    const html = (await this.repository.html(tx, template.projectId, [template.id])).get(template.id) ?? '';
    const subject = email.subject.trim() === '' ? (template.subject ?? '') : email.subject;
    return { ...email, html, subject, preheader: email.preheader ?? template.preheader ?? undefined };
  }
}

const missing: CampaignProblem = {
  code: 'INVALID_CONTENT',
  path: ['content', 'email', 'templateId'],
  message: 'This project has no such e-mail template, or it is archived; list emailTemplates to see their ids',
};
