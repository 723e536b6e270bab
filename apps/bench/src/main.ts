import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { benchEvents } from './events/bench-events';
import { benchExecution } from './execution/bench-execution';
import { profileInto } from './processes';
import { benchRender } from './render/bench-render';
import { report } from './report';
import { benchSegments } from './segments/bench-segments';
import { benchSync } from './sync/bench-sync';
import { benchTriggered } from './triggered/bench-triggered';

const benches = {
  execution: benchExecution,
  events: benchEvents,
  segments: benchSegments,
  sync: benchSync,
  triggered: benchTriggered,
  render: benchRender,
};

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'string' },
      customers: { type: 'string', default: '100000' },
      profile: { type: 'string' },
    },
  });
  const [name] = positionals;
  const run = benches[name as keyof typeof benches];
  if (!run) {
    console.log(
      `Benches: ${Object.keys(benches).join(', ')}\nnpm run bench -- NAME [--json FILE] [--customers N] [--profile FOLDER]`,
    );
    return name === undefined ? 0 : 2;
  }
  if (values.profile) profileInto(values.profile);
  return report(await run({ customers: Number(values.customers) }), values.json);
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(error.stack ?? error.message);
    process.exit(1);
  },
);
