import { chooseContent, languageChain } from './alternatives';
import type { CampaignContent, ContentMedium } from './campaign-content';
import { type ContentField, fieldsOf } from './content-fields';
import { expandSnippets } from './snippets';
import { compileText, type TextTemplate } from './text-template';

/** A text that can be rendered for any number of people. */
export interface CompiledField extends ContentField {
  template: TextTemplate;
}

type FieldsByMedium = Map<ContentMedium, CompiledField[]>;

/** The texts of some content for every language and variant; each text is compiled once. */
export class CompiledChoices {
  readonly optimoveAttributes: string[];
  private readonly templates = new Map<string, TextTemplate>();
  private readonly languages: ReadonlySet<string>;
  private readonly variants: ReadonlySet<string>;
  private readonly kept = new Map<string, FieldsByMedium>();
  private readonly base: FieldsByMedium;

  /** @throws {TemplateFault} when a text is no allowed template. */
  constructor(private readonly content: CampaignContent) {
    const alternatives = content.alternatives ?? [];
    this.languages = new Set(alternatives.flatMap(({ language }) => languageChain(language ?? '').slice(0, 1)));
    this.variants = new Set(alternatives.flatMap(({ variant }) => variant ?? []));
    this.base = this.compile(content);
    for (const language of [null, ...this.languages]) {
      for (const variant of [null, ...this.variants]) this.fieldsOfChoice(language ?? '', variant ?? '');
    }
    const templates = [...this.templates.values()];
    this.optimoveAttributes = [...new Set(templates.flatMap(({ references }) => [...references.optimove]))].sort();
  }

  /** What one person gets over a medium. */
  fieldsFor(medium: ContentMedium, person: Record<string, unknown>, variant: string | null): CompiledField[] {
    return this.choose(person, variant).get(medium) ?? [];
  }

  /** The language of the texts that a person gets; null for the content's own. */
  languageFor(person: Record<string, unknown>): string | null {
    return this.languages.size === 0 ? null : this.languageOf(person.user) || null;
  }

  private choose({ user }: Record<string, unknown>, variant: string | null): FieldsByMedium {
    if (!this.content.alternatives?.length) return this.base;
    const language = this.languageOf(user);
    return this.fieldsOfChoice(language, variant !== null && this.variants.has(variant) ? variant : '');
  }

  private languageOf(user: unknown): string {
    const language: unknown = Reflect.get(Object(user), 'language');
    if (typeof language !== 'string') return '';
    return languageChain(language).find((each) => this.languages.has(each)) ?? '';
  }

  private fieldsOfChoice(language: string, variant: string): FieldsByMedium {
    const key = `${language}/${variant}`;
    const existing = this.kept.get(key);
    if (existing) return existing;
    const fields = this.compile(chooseContent(this.content, { language, variant }));
    this.kept.set(key, fields);
    return fields;
  }

  private compile(content: CampaignContent): FieldsByMedium {
    const fields: FieldsByMedium = new Map();
    for (const field of fieldsOf(content)) {
      const own = fields.get(field.medium) ?? [];
      own.push({ ...field, template: this.template(field) });
      fields.set(field.medium, own);
    }
    return fields;
  }

  private template({ source, escaping }: ContentField): TextTemplate {
    const key = `${escaping}/${source}`;
    const template =
      this.templates.get(key) ?? compileText(expandSnippets(source, this.content.snippets ?? {}), escaping);
    this.templates.set(key, template);
    return template;
  }
}
