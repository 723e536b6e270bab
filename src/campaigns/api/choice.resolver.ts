import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { ChoiceCounts } from '../persistence/ledger/choice-counts.repository';
import type { ListedExecution } from '../persistence/ledger/execution-list.repository';
import { ChoiceLoader } from './choice.loader';
import { LanguageCountsType, VariantCountsType } from './choice.type';
import { ExecutionType } from './execution.type';

type Counts = Pick<ChoiceCounts, 'optimoveTemplateId' | 'tried' | 'sent' | 'delivered' | 'opened' | 'clicked'>;

/** How executions went by variant and by language. */
@Resolver(() => ExecutionType)
export class ChoiceResolver {
  constructor(private readonly choices: ChoiceLoader) {}

  @ResolveField(() => [VariantCountsType], {
    description: 'Customers by variant of the content, as of now; empty without variants.',
  })
  async variants(@Parent() { id }: ListedExecution): Promise<VariantCountsType[]> {
    const rows = await this.choices.load(id);
    return sumBy(rows, ({ variant }) => variant).flatMap(({ choice, counts }) =>
      choice === null ? [] : [{ ...counts, name: choice }],
    );
  }

  @ResolveField(() => [LanguageCountsType], {
    description: 'Customers by language of the texts that they got, as of now; empty without alternatives.',
  })
  async languages(@Parent() { id }: ListedExecution): Promise<LanguageCountsType[]> {
    const rows = await this.choices.load(id);
    return sumBy(rows, ({ language }) => language).map(({ choice, counts }) => ({ ...counts, language: choice }));
  }
}

function sumBy(
  rows: ChoiceCounts[],
  choiceOf: (row: ChoiceCounts) => string | null,
): { choice: string | null; counts: Counts }[] {
  const sums = new Map<string, { choice: string | null; counts: Counts }>();
  for (const row of rows) {
    const { optimoveTemplateId, tried, sent, delivered, opened, clicked } = row;
    const choice = choiceOf(row);
    const key = JSON.stringify([optimoveTemplateId, choice]);
    const before = sums.get(key)?.counts;
    const counts = {
      optimoveTemplateId,
      tried: tried + (before?.tried ?? 0),
      sent: sent + (before?.sent ?? 0),
      delivered: delivered + (before?.delivered ?? 0),
      opened: opened + (before?.opened ?? 0),
      clicked: clicked + (before?.clicked ?? 0),
    };
    sums.set(key, { choice, counts });
  }
  return [...sums.values()];
}
