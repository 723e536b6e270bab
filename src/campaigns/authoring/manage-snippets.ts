import { newId } from '@libs/foundation';
import { Transactions, type Tx } from '@libs/platform';
import { type Actor, AuditTrail } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { expandSnippets, snippetBounds, snippetName, snippetsIn } from '../domain/content/snippets';
import { TemplateFault } from '../domain/content/template-fault';
import { compileText } from '../domain/content/text-template';
import { SnippetRepository, type SnippetRow, type SnippetUse } from '../persistence/authoring/snippet.repository';
import { Snippets } from './snippets';

/** Why a change of a snippet is refused. */
export const snippetErrorCodes = ['NOT_FOUND', 'CONFLICT', 'INVALID', 'NAME_TAKEN', 'IN_USE', 'TOO_MANY'] as const;

/** A problem that the author can mend. */
export interface SnippetProblem {
  code: (typeof snippetErrorCodes)[number];
  path: string[];
  message: string;
}

/** The snippet as it is now, or what has to be mended first. */
export type SnippetOutcome = { snippet: SnippetRow; problem: null } | { snippet: null; problem: SnippetProblem };

/** Writes snippets. What is live keeps the texts that it was launched with. */
@Injectable()
export class ManageSnippets {
  constructor(
    private readonly transactions: Transactions,
    private readonly repository: SnippetRepository,
    private readonly snippets: Snippets,
    private readonly audit: AuditTrail,
  ) {}

  create(actor: Actor, { name, text }: { name: string; text: string }): Promise<SnippetOutcome> {
    return this.inProject(actor, async (tx) => {
      if (!snippetName.test(name)) {
        return refused('INVALID', ['name'], 'A name begins with a letter and has letters, digits and "_", at most 50');
      }
      if ((await this.repository.count(tx, actor.projectId)) >= snippetBounds.count) {
        return refused('TOO_MANY', [], `A project has at most ${snippetBounds.count} snippets; delete some first`);
      }
      const problem = await this.check(tx, actor, { name, text });
      if (problem) return problem;
      const id = newId();
      const isNew = await this.repository.insert(tx, { id, projectId: actor.projectId, name, text });
      if (!isNew) return refused('NAME_TAKEN', ['name'], 'Another snippet of this project has this name');
      await this.repository.markChanged(
        tx,
        actor.projectId,
        await this.repository.dependents(tx, actor.projectId, name),
      );
      await this.audit.record(tx, actor, { action: 'snippet.created', subject: subjectOf(id), after: { name, text } });
      return this.reread(tx, actor, id);
    });
  }

  /** Changes the text; campaigns that are live keep the old one until their next launch. */
  update(actor: Actor, { id, version, text }: { id: string; version: number; text: string }): Promise<SnippetOutcome> {
    return this.inProject(actor, async (tx) => {
      const before = await this.repository.find(tx, actor.projectId, id);
      if (!before) return notFound;
      if (before.version !== version) return conflict;
      const { name } = before;
      const problem = await this.check(tx, actor, { name, text });
      if (problem) return problem;
      await this.repository.update(tx, { id, projectId: actor.projectId, text });
      await this.repository.markChanged(
        tx,
        actor.projectId,
        await this.repository.dependents(tx, actor.projectId, name),
      );
      const change = { before: { name, text: before.text }, after: { name, text } };
      await this.audit.record(tx, actor, { action: 'snippet.updated', subject: subjectOf(id), ...change });
      return this.reread(tx, actor, id);
    });
  }

  /** Deletes a snippet that nothing uses; the answer is the snippet as it was. */
  delete(actor: Actor, { id, version }: { id: string; version: number }): Promise<SnippetOutcome> {
    return this.inProject(actor, async (tx) => {
      const snippet = await this.repository.find(tx, actor.projectId, id);
      if (!snippet) return notFound;
      if (snippet.version !== version) return conflict;
      const uses = (await this.repository.uses(tx, actor.projectId, [snippet.name])).get(snippet.name) ?? [];
      if (uses.length > 0) return refused('IN_USE', ['id'], `Take it out of ${namesOf(uses)} first`);
      await this.repository.delete(tx, actor.projectId, id);
      const before = { name: snippet.name, text: snippet.text };
      await this.audit.record(tx, actor, { action: 'snippet.deleted', subject: subjectOf(id), before });
      return { snippet, problem: null };
    });
  }

  private inProject(actor: Actor, work: (tx: Tx) => Promise<SnippetOutcome>): Promise<SnippetOutcome> {
    return this.transactions.run(async (tx) => {
      await this.repository.lockProject(tx, actor.projectId);
      return work(tx);
    });
  }

  /** The text has to be good by itself, wherever it is used later. */
  private async check(
    tx: Tx,
    { projectId }: Actor,
    { name, text }: { name: string; text: string },
  ): Promise<SnippetOutcome | null> {
    const bytes = Buffer.byteLength(text);
    if (bytes > snippetBounds.textBytes) {
      return refused('INVALID', ['text'], `A snippet has at most ${snippetBounds.textBytes} bytes; this has ${bytes}`);
    }
    const inside = await this.snippets.closure(tx, projectId, snippetsIn(text));
    try {
      compileText(expandSnippets(`{{ snippets.${name} }}`, { ...Object.fromEntries(inside), [name]: text }), 'html');
      return null;
    } catch (error) {
      if (!(error instanceof TemplateFault)) throw error;
      const where = error.line === null ? '' : `Line ${error.line}: `;
      return refused('INVALID', ['text'], `${where}${error.message}`);
    }
  }

  private async reread(tx: Tx, { projectId }: Actor, id: string): Promise<SnippetOutcome> {
    const snippet = await this.repository.find(tx, projectId, id);
    return snippet ? { snippet, problem: null } : notFound;
  }
}

function refused(code: SnippetProblem['code'], path: string[], message: string): SnippetOutcome {
  return { snippet: null, problem: { code, path, message } };
}

const notFound = refused('NOT_FOUND', ['id'], 'This project has no such snippet; list snippets to see their ids');
const conflict = refused(
  'CONFLICT',
  ['version'],
  'Somebody else changed the snippet meanwhile; read it again and repeat the change',
);

const mostNamed = 10;
const kindWords = { CAMPAIGN: 'campaign', EMAIL_TEMPLATE: 'e-mail template', SNIPPET: 'snippet' } as const;

function namesOf(uses: SnippetUse[]): string {
  const named = uses.slice(0, mostNamed).map(({ kind, name }) => `${kindWords[kind]} "${name}"`);
  return uses.length > mostNamed ? `${named.join(', ')} and ${uses.length - mostNamed} more` : named.join(', ');
}

function subjectOf(id: string): { type: string; id: string } {
  return { type: 'snippet', id };
}
