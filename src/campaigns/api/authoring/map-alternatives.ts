import type { ContentAlternative, ContentVariant } from '../../domain/content/alternatives';
import type { ContentAlternativeInput, ContentVariantInput } from './alternatives.inputs';
import type { ContentAlternativeType } from './alternatives.type';
import { optional, storable } from './storable';

/** Variants in the domain's shape; an empty list takes them away. */
export function toVariants(given: ContentVariantInput[] | null | undefined): ContentVariant[] | null | undefined {
  if (!given) return given;
  return given.length > 0 ? given.map(({ name, percent }) => ({ name: storable(name).trim(), percent })) : null;
}

/** Texts of languages and variants in the domain's shape; an empty list takes them away. */
export function toAlternatives(
  given: ContentAlternativeInput[] | null | undefined,
): ContentAlternative[] | null | undefined {
  if (!given) return given;
  if (given.length === 0) return null;
  return given.map(({ language, variant, texts }) => ({
    language: optional(language?.trim()),
    variant: optional(variant?.trim()),
    texts: texts.map(({ path, text }) => ({ path: storable(path), text: storable(text) })),
  }));
}

/** Texts of languages and variants as GraphQL shows them. */
export function toAlternativeTypes(alternatives: ContentAlternative[] = []): ContentAlternativeType[] {
  return alternatives.map(({ language, variant, texts }) => ({
    language: language ?? null,
    variant: variant ?? null,
    texts,
  }));
}
