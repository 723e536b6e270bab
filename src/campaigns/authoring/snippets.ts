import type { Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { CampaignContent } from '../domain/content/campaign-content';
import { type SnippetTexts, snippetBounds, snippetsIn } from '../domain/content/snippets';
import { SnippetRepository } from '../persistence/authoring/snippet.repository';

/** The texts of snippets for content that uses them. */
@Injectable()
export class Snippets {
  constructor(private readonly repository: SnippetRepository) {}

  /** Content with the texts of its snippets as they are now; content without any as it is. */
  async attach(tx: Tx, projectId: string, content: CampaignContent): Promise<CampaignContent> {
    const [attached = content] = await this.attachAll(tx, projectId, [content]);
    return attached;
  }

  /** The same for many, in a number of statements that does not grow with theirs. */
  async attachAll(tx: Tx, projectId: string, contents: readonly CampaignContent[]): Promise<CampaignContent[]> {
    const used = contents.map(namesIn);
    const texts = await this.closure(tx, projectId, used.flat());
    return contents.map((content, index) => {
      const names = used[index] ?? [];
      return names.length === 0 ? content : { ...content, snippets: pick(texts, names) };
    });
  }

  /** Texts of these snippets and of those inside them; unknown ones are absent. */
  async closure(tx: Tx, projectId: string, names: string[]): Promise<Map<string, string>> {
    const texts = new Map<string, string>();
    let wanted = [...new Set(names)];
    for (let depth = 0; wanted.length > 0 && depth <= snippetBounds.depth; depth++) {
      const found = await this.repository.texts(tx, projectId, wanted);
      for (const [name, text] of found) texts.set(name, text);
      wanted = [...new Set([...found.values()].flatMap(snippetsIn))].filter((name) => !texts.has(name));
    }
    return texts;
  }
}

/** Values of JSON are escaped inside it; names and braces are not. */
function namesIn({ snippets: _, ...content }: CampaignContent): string[] {
  return snippetsIn(JSON.stringify(content).replaceAll(/\\[nrt]/g, ' '));
}

function pick(texts: ReadonlyMap<string, string>, names: string[]): SnippetTexts {
  const picked = new Map<string, string>();
  for (const open = [...names]; open.length > 0; ) {
    const name = open.pop() ?? '';
    const text = texts.get(name);
    if (text === undefined || picked.has(name)) continue;
    picked.set(name, text);
    open.push(...snippetsIn(text));
  }
  return Object.fromEntries(picked);
}
