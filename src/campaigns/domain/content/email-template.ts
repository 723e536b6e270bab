import type { CampaignContent } from './campaign-content';
import { type ContentReport, type ValueSources, validateContent } from './validate-content';

/** What e-mails start from. */
export interface EmailTemplateTexts {
  html: string;
  /** Of an e-mail that has none of its own. */
  subject: string | null;
  /** Of an e-mail that has none of its own. */
  preheader: string | null;
}

/** In one project, archived ones aside. */
export const mostEmailTemplates = 500;

/** An e-mail that has nothing but what the template gives. */
export function contentOf({ html, subject, preheader }: EmailTemplateTexts): CampaignContent {
  const email = { fromAddress: '', fromName: '', html, subject: subject ?? '', preheader: preheader ?? undefined };
  return { email, personalisation: { whenMissing: 'EMPTY' } };
}

/** Checks the texts of such content as those of a campaign are; paths of findings start at the template. */
export function checkEmailTemplate(content: CampaignContent, sources: ValueSources = {}): ContentReport {
  const { findings, placeholders } = validateContent(content, sources);
  const own = findings.filter(({ path: [, name = ''], code }) => {
    return name === 'html' || (['subject', 'preheader'].includes(name) && code !== 'REQUIRED');
  });
  return { findings: own.map((finding) => ({ ...finding, path: finding.path.slice(1) })), placeholders };
}
