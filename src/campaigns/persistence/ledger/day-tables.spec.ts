import { askByDay, type IdRange, onDay, onDays } from './day-tables';

const dayMs = 86_400_000;
const midnight = Date.UTC(2026, 10, 28);

/** An id of version 7 that was made at that time. */
function idAt(milliseconds: number): string {
  const hex = milliseconds.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

describe('a statement on the tables of a day', () => {
  it('names those of the day in UTC on which the execution was made', () => {
    const statement = onDay(({ recipient, staging, reject, delivery }) =>
      [recipient, staging, reject, delivery].join(),
    );
    const of = (day: string): string =>
      ['recipient', 'recipient_staging', 'recipient_reject', 'delivery'].map((table) => `${table}_${day}`).join();
    expect(statement(idAt(midnight - 1)).text).toBe(of('20261127'));
    expect(statement(idAt(midnight)).text).toBe(of('20261128'));
  });

  it('is one and the same for all executions of the day, so that it is prepared once', () => {
    const statement = onDay(({ recipient }) => recipient);
    const first = statement(idAt(midnight));
    expect(statement(idAt(midnight + dayMs - 1))).toBe(first);
    expect(statement(idAt(midnight + dayMs)).name).not.toBe(first.name);
  });

  it('names the days of others too, each once and in their order', () => {
    const statement = onDays((own, all) => [own.recipient, ...all.map(({ recipient }) => recipient)].join(' '));
    const [today, yesterday] = [idAt(midnight + 5), idAt(midnight - 5)];
    const first = statement(today, [today, yesterday, idAt(midnight - 6)]);
    expect(first.text).toBe('recipient_20261128 recipient_20261127 recipient_20261128');
    expect(statement(today, [yesterday])).toBe(first);
    expect(statement(yesterday, [today]).text).toBe('recipient_20261127 recipient_20261127 recipient_20261128');
  });

  it('has one name for one text, however many other days were worked on since, and each statement names of its own', () => {
    const statement = onDay(({ recipient }) => recipient);
    const first = statement(idAt(midnight));
    for (let day = 1; day <= 20; day += 1) expect(statement(idAt(midnight + day * dayMs)).name).not.toBe(first.name);
    expect(statement(idAt(midnight))).toEqual(first);
    expect(onDay(({ delivery }) => delivery)(idAt(midnight)).name).not.toBe(first.name);
  });

  it('has a name that is short enough for the server, for five days together', () => {
    const others = [1, 2, 3, 4].map((day) => idAt(midnight + day * dayMs));
    expect(onDays(() => '')(idAt(midnight), others).name.length).toBeLessThanOrEqual(63);
  });
});

describe('what is about executions of several days', () => {
  const askedFor = async (ids: string[]): Promise<{ asks: [string[], IdRange][]; answers: string[] }> => {
    const asks: [string[], IdRange][] = [];
    const answers = await askByDay(
      ids.map((executionId) => ({ executionId })),
      async (ofDay, range) => {
        const own = ofDay.map(({ executionId }) => executionId);
        asks.push([own, range]);
        return own;
      },
    );
    return { asks, answers };
  };

  it('is asked for day by day, in their order, each with its first and its last id', async () => {
    const [early, late, earlier, next] = [0, 9, -9, dayMs].map((ms) => idAt(midnight + ms)) as [
      string,
      string,
      string,
      string,
    ];
    const { asks, answers } = await askedFor([late, next, earlier, early, late]);
    expect(asks).toEqual([
      [[earlier], [earlier, earlier]],
      [
        [late, early, late],
        [early, late],
      ],
      [[next], [next, next]],
    ]);
    expect(answers).toEqual([earlier, late, early, late, next]);
    expect((await askedFor([])).asks).toEqual([]);
  });

  it('is asked for twenty times at most, of neighbouring days together', async () => {
    const ids = Array.from({ length: 45 }, (_each, day) => idAt(midnight + day * dayMs));
    const { asks, answers } = await askedFor([...ids].reverse());
    expect(answers).toEqual(ids);
    expect(asks.map(([own]) => own.length)).toEqual(Array.from({ length: 15 }, () => 3));
    expect(asks.map(([, range]) => range)).toEqual(asks.map(([own]) => [own[0], own[2]]));
  });
});
