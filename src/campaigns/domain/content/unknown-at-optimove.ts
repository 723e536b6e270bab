import { alternativeFields } from './alternative-rules';
import type { CampaignContent } from './campaign-content';
import { type ContentField, fieldsOf } from './content-fields';
import type { Finding } from './finding';
import { expandSnippets } from './snippets';
import { TemplateFault } from './template-fault';
import { compileText } from './text-template';

/** Comes with the files of an engagement or a call, and is no attribute. */
const promoCode = 'promocode';

/**
 * What is asked for and not among the attributes that Optimove lists, `known` in small letters. A warning: a call that
 * triggers the campaign, or a file, may bring a value all the same. Paths start at the campaign.
 */
export function unknownAtOptimove(content: CampaignContent, known: ReadonlySet<string>): Finding[] {
  const fields = [...fieldsOf(content), ...alternativeFields(content)];
  return fields.flatMap((field) => {
    const names = bareNames(field, content).filter((name) => !known.has(name.toLowerCase()));
    return names.filter((name) => name.toLowerCase() !== promoCode).map((name) => finding(field, name));
  });
}

/** Of a text that is no template, the other findings tell. */
function bareNames({ source, escaping }: ContentField, { snippets = {} }: CampaignContent): string[] {
  try {
    return [...compileText(expandSnippets(source, snippets), escaping).references.optimove];
  } catch (error) {
    if (error instanceof TemplateFault) return [];
    throw error;
  }
}

function finding({ path }: ContentField, name: string): Finding {
  const message =
    `Optimove has no customer attribute "${name}", so {{ ${name} }} has a value from it for nobody; ` +
    'correct the name, or ask Optimove to release the attribute';
  return { path: ['content', ...path], code: 'UNKNOWN_ATTRIBUTE', severity: 'WARNING', message };
}
