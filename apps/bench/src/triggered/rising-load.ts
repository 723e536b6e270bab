import { type LoadResult, type LoadTarget, offer } from './open-load';

const people = 40_000;
const seconds = 5;
const worstDelayMs = 2_000;
const mostRounds = 16;
/** The gap between the highest rate that held and the lowest that did not, as a share of the first. */
const gap = 0.1;

/** Loads one after the other, each with people of whom the last ones have not heard. */
export class RisingLoad {
  readonly ids = Array.from({ length: people }, (_each, index) => `T${index}`);
  private next = 0;

  /** Offers a rate once. */
  async at(side: string, target: LoadTarget, rate: number): Promise<LoadResult> {
    const count = Math.min(Math.round(rate * seconds), people);
    const customerIds = Array.from({ length: count }, (_each, index) => this.ids[(this.next + index) % people] ?? '');
    this.next = (this.next + count) % people;
    const result = await offer(target, { rate, customerIds, seconds });
    say(side, result);
    return result;
  }

  /** Doubles the rate until something is lost or late, then halves the gap. What fails only once was an accident. */
  async highestRate(side: string, target: LoadTarget): Promise<number> {
    let [good, bad] = [0, 0];
    for (let rate = 200, round = 0; round < mostRounds; round += 1) {
      if ((await this.holds(side, target, rate)) || (await this.holds(side, target, rate))) good = rate;
      else bad = rate;
      if (bad > 0 && bad - good <= good * gap) break;
      rate = bad === 0 ? rate * 2 : Math.round((good + bad) / 2);
    }
    return good;
  }

  private async holds(side: string, target: LoadTarget, rate: number): Promise<boolean> {
    const { lost, handOverP99 } = await this.at(side, target, rate);
    return lost === 0 && handOverP99 < worstDelayMs;
  }
}

/** The middle one of a figure over some rounds; infinite when there are none. */
export function middle(results: LoadResult[], figure: 'answerP99' | 'handOverP50' | 'handOverP99'): number {
  const values = results.map((result) => result[figure]).sort((one, other) => one - other);
  return values[Math.floor(values.length / 2)] ?? Number.POSITIVE_INFINITY;
}

function say(side: string, { offered, lost, handOverP50, handOverP99, answerP99 }: LoadResult): void {
  const handOver = `hand-over p50 ${handOverP50.toFixed(1)} ms, p99 ${handOverP99.toFixed(1)} ms`;
  console.log(`${side} ${offered}/s: lost ${lost}, ${handOver}, answer p99 ${answerP99.toFixed(1)} ms`);
}
