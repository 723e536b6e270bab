// A process that calls Optimove as fast as the budget lets it, until it is told to stop: one of several in the test.
const { join } = require('node:path');
const { DataSource } = require('typeorm');

const dist = join(__dirname, '..', '..', '..', 'dist');
const { CallBudget } = require(join(dist, 'src', 'connections', 'persistence', 'call-budget.js'));

async function main({ databaseUrl, endpoint, apiKey, callsPerSecond }) {
  const source = await new DataSource({ type: 'postgres', url: databaseUrl, poolSize: 2 }).initialize();
  const budget = new CallBudget({ pool: source.manager }, { endpoint, apiKey, callsPerSecond });
  process.send({ type: 'ready' });
  for (;;) {
    await budget.take('control');
    const answer = await fetch(`${endpoint}general/GetLastDataUpdate`, { headers: { 'x-api-key': apiKey } });
    await answer.arrayBuffer();
  }
}

process.once('disconnect', () => process.exit(0));
main(JSON.parse(process.argv[2])).catch((error) => {
  console.error(error);
  process.exit(1);
});
