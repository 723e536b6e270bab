import { isUuid } from '@libs/foundation';
import { Transactions, type Tx } from '@libs/platform';
import { AttributeDefinitions, type AttributeType } from '@modules/profiles';
import { type Actor, AuditTrail, mayDo } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import type { UnknownMeaning } from '../domain/guard';
import { refuse, type SuppressionProblem } from '../domain/problem';
import type { SuppressionAttribute } from '../domain/sync';
import { comparisonKeys, readValue, type TypedValue } from '../domain/typed-value';
import { AttributeRepository } from '../persistence/attribute.repository';
import {
  type ExclusionRule,
  ExclusionRuleRepository,
  type RuleContent,
} from '../persistence/exclusion-rule.repository';
import { FeedRepository } from '../persistence/feed.repository';

/** A rule as somebody writes it. */
export interface RuleInput {
  /** As texts, whatever the attribute's type. */
  excludingValues: string[];
  whenUnknown: UnknownMeaning;
  maximumAgeHours: number;
}

/** What became of a change. */
export interface RuleOutcome {
  rule: ExclusionRule | null;
  problems: SuppressionProblem[];
}

const notFound = () => failed(refuse('NOT_FOUND', 'id', 'This project has no such exclusion rule'));

/** Keeps exclusion rules; a change counts from the next hand-over on. */
@Injectable()
export class ManageRules {
  constructor(
    private readonly transactions: Transactions,
    private readonly audit: AuditTrail,
    private readonly definitions: AttributeDefinitions,
    private readonly attributes: AttributeRepository,
    private readonly rules: ExclusionRuleRepository,
    private readonly feeds: FeedRepository,
  ) {}

  create(actor: Actor, { attributeId, ...input }: RuleInput & { attributeId: string }): Promise<RuleOutcome> {
    return this.transactions.run(async (tx) => {
      await this.definitions.forWriting(tx, actor.projectId);
      const attribute = isUuid(attributeId) ? await this.attributes.find(tx, actor.projectId, attributeId) : null;
      if (!attribute) {
        const message = 'This project has no such suppression attribute; choose it for the sync first';
        return failed(refuse('NOT_FOUND', 'suppressionAttributeId', message));
      }
      const { name, type } = attribute;
      const now = await this.definitions.ofName(tx, actor.projectId, name);
      if (now?.target !== 'PROFILE' || now.type !== type) return failed(ended(attribute));
      if (await this.rules.ofAttribute(tx, actor.projectId, attributeId)) {
        return failed(refuse('NAME_TAKEN', 'suppressionAttributeId', 'This attribute has a rule; change that one'));
      }
      const content = contentOf(type, input);
      if ('problems' in content) return { rule: null, problems: content.problems };
      const id = await this.rules.add(tx, attribute, content);
      return this.saved(tx, actor, { id, action: 'created', before: null });
    });
  }

  update(actor: Actor, { id, version, ...input }: RuleInput & { id: string; version: number }): Promise<RuleOutcome> {
    return this.transactions.run(async (tx) => {
      const rule = isUuid(id) ? await this.rules.find(tx, actor.projectId, id) : null;
      const attribute = rule && (await this.attributes.find(tx, actor.projectId, rule.attributeId));
      if (!rule || !attribute) return notFound();
      if (rule.version !== version) return failed(conflict());
      const content = contentOf(attribute.type, input);
      if ('problems' in content) return { rule: null, problems: content.problems };
      if (isLooser(rule, content) && !mayLoosen(actor)) return failed(notAllowed('id'));
      await this.rules.change(tx, rule, content);
      return this.saved(tx, actor, { id, action: 'updated', before: rule });
    });
  }

  remove(actor: Actor, { id, version }: { id: string; version: number }): Promise<RuleOutcome> {
    return this.transactions.run(async (tx) => {
      const rule = isUuid(id) ? await this.rules.find(tx, actor.projectId, id) : null;
      if (!rule) return notFound();
      if (rule.version !== version) return failed(conflict());
      if (!mayLoosen(actor)) return failed(notAllowed('id'));
      await this.rules.remove(tx, actor.projectId, id);
      await this.record(tx, actor, { action: 'removed', id, before: rule, after: null });
      return { rule, problems: [] };
    });
  }

  /** Chooses whether the rules of a connection count for Optimove's executions too. */
  setGuard(
    actor: Actor,
    { connectionId, ...change }: { connectionId: string; guardsOptimove: boolean; version: number },
  ): Promise<SuppressionProblem[]> {
    return this.transactions.run(async (tx) => {
      const feed = isUuid(connectionId) ? await this.feeds.find(tx, actor.projectId, connectionId) : null;
      if (!feed) {
        return [refuse('NOT_FOUND', 'connectionId', 'This connection has no suppression attribute; choose one first')];
      }
      const isLooser = feed.guardsOptimove && !change.guardsOptimove;
      if (isLooser && !mayLoosen(actor)) return [notAllowed('guardsOptimove')];
      if (!(await this.feeds.setGuard(tx, feed, change))) return [conflict()];
      await this.audit.record(tx, actor, {
        action: 'guard.changed',
        subject: { type: 'connection', id: connectionId },
        before: { guardsOptimove: feed.guardsOptimove },
        after: { guardsOptimove: change.guardsOptimove },
      });
      return [];
    });
  }

  private async saved(
    tx: Tx,
    actor: Actor,
    { id, action, before }: { id: string; action: string; before: ExclusionRule | null },
  ): Promise<RuleOutcome> {
    const rule = await this.rules.find(tx, actor.projectId, id);
    await this.record(tx, actor, { action, id, before, after: rule });
    return { rule, problems: [] };
  }

  private record(
    tx: Tx,
    actor: Actor,
    change: { action: string; id: string; before: ExclusionRule | null; after: ExclusionRule | null },
  ): Promise<void> {
    return this.audit.record(tx, actor, {
      action: `exclusion-rule.${change.action}`,
      subject: { type: 'exclusion-rule', id: change.id },
      before: change.before,
      after: change.after,
    });
  }
}

function conflict(): SuppressionProblem {
  return refuse('CONFLICT', 'version', 'Somebody changed this meanwhile; read it again and repeat your change');
}

/** What people's own profiles say is looked up by the name: under another one it would exclude nobody. */
function ended({ name, type }: Pick<SuppressionAttribute, 'name' | 'type'>): SuppressionProblem {
  const message = `Profiles have no attribute ${name} of type ${type} any more (deleted, renamed or converted); give it its name back, or remove it from the suppression sync and choose it anew`;
  return refuse('INVALID', 'suppressionAttributeId', message);
}

/** Otherwise a rule that holds a campaign could be made to let it go without an override, its reason and its end. */
const mayLoosen = ({ role }: Actor): boolean => mayDo(role, 'suppression.override');

function notAllowed(path: string): SuppressionProblem {
  const message =
    'This lets messages through that rules hold back; it needs the permission suppression.override (administrators)';
  return refuse('NOT_ALLOWED', path, message);
}

/** Whether somebody could get a message after the change whom the rule kept from it before. */
function isLooser(before: ExclusionRule, after: RuleContent): boolean {
  const texts = ({ excludingValues }: Pick<ExclusionRule, 'excludingValues'>) =>
    excludingValues.flatMap(comparisonKeys);
  const excludes = new Set(texts(after));
  return (
    after.maximumAgeHours > before.maximumAgeHours ||
    (before.whenUnknown === 'EXCLUDE' && after.whenUnknown === 'ALLOW') ||
    texts(before).some((value) => !excludes.has(value))
  );
}

function failed(problem: SuppressionProblem): RuleOutcome {
  return { rule: null, problems: [problem] };
}

function contentOf(type: AttributeType, input: RuleInput): RuleContent | { problems: SuppressionProblem[] } {
  const problems: SuppressionProblem[] = [];
  const excludingValues: TypedValue[] = [];
  for (const text of input.excludingValues) {
    const read = readValue(type, text);
    if ('reason' in read) problems.push(refuse('INVALID', 'excludingValues', read.reason));
    else if (read.value === null) {
      problems.push(refuse('INVALID', 'excludingValues', `"${text}" means no value; say it with whenUnknown`));
    } else excludingValues.push(read.value);
  }
  if (problems.length > 0) return { problems };
  const excludingKeys = [...new Set(excludingValues.flatMap(comparisonKeys))];
  const { whenUnknown, maximumAgeHours } = input;
  return { excludingValues, excludingKeys, whenUnknown, maximumAgeHours };
}
