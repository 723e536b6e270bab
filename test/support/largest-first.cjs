const { readdirSync, statSync } = require('node:fs');
const { basename, join } = require('node:path');
const { default: Sequencer } = require('@jest/test-sequencer');

const integration = join(__dirname, '..', 'integration');

/** Gathered files come first, areas with most to do before the others: one that began last would run on alone. */
module.exports = class LargestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).sort((one, other) => weight(other.path) - weight(one.path));
  }
};

function weight(path) {
  if (path.endsWith('.units.ts')) return 1;
  if (!path.endsWith('.area.ts')) return 0;
  const folder = join(integration, basename(path, '.area.ts'));
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
