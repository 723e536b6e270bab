import { compileContent } from '@modules/campaigns';
import { createSynchronousArrayLoader, createSynchronousEnvironment } from 'twing';
import { type BenchRow, compare } from '../report';
import { contentOf, mail, person, push } from './contents';

const rounds = 5;
const cases = [
  { name: 'push renders/s', medium: 'MOBILE_PUSH', texts: { title: push.title, body: push.body }, people: 20_000 },
  {
    name: '50 kB e-mail renders/s',
    medium: 'EMAIL',
    texts: { subject: push.title, html: mail, body: push.body },
    people: 2_000,
  },
] as const;

/** Whole messages as an execution renders them, with checks and bounds, against the bare engine on the same texts. */
export async function benchRender(): Promise<BenchRow[]> {
  return cases.map(({ name, medium, texts, people }) => {
    const ours = oursOf(medium);
    const bare = bareOf(texts);
    const everybody = Array.from({ length: people }, (_, index) => person(index));
    const rates: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
    for (let round = 0; round <= rounds; round += 1) {
      const [own, engine] = [rate(ours, everybody), rate(bare, everybody)];
      // The first round warms up.
      if (round > 0) rates.ours.push(own);
      if (round > 0) rates.bare.push(engine);
    }
    return compare({ name, ours: median(rates.ours), bare: median(rates.bare), bar: 0.8, must: 'reach' });
  });
}

type Render = (people: Record<string, string>[]) => void;

function oursOf(medium: 'MOBILE_PUSH' | 'EMAIL'): Render {
  const content = compileContent(contentOf(medium));
  return (people) => {
    const failed = content.renderSlice(medium, people).filter(({ ok }) => !ok).length;
    if (failed > 0) throw new Error(`${failed} messages were not rendered`);
  };
}

function bareOf(texts: Record<string, string>): Render {
  const autoEscapingStrategy = 'html' in texts ? 'html' : undefined;
  const environment = createSynchronousEnvironment(createSynchronousArrayLoader(texts), { autoEscapingStrategy });
  const templates = Object.keys(texts).map((name) => environment.loadTemplate(name));
  return (people) => {
    for (const values of people) {
      const map = new Map(Object.entries(values));
      // A text that is sent is in one piece; without this the engine's output stays a chain of pieces.
      for (const template of templates) Buffer.from(template.render(environment, map));
    }
  };
}

function rate(render: Render, people: Record<string, string>[]): number {
  const start = performance.now();
  render(people);
  return (people.length * 1_000) / (performance.now() - start);
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
