import { validateInput } from '@libs/platform';
import type { CampaignProblem } from '../../authoring/campaign-problem';

/** What is wrong with the fields of an input by themselves. */
export async function invalidInput<T extends object>(type: new () => T, input: T): Promise<CampaignProblem[]> {
  return (await validateInput(type, input)).map((problem) => ({ ...problem, code: 'INVALID' }));
}
