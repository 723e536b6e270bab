// Reads the files of an engagement by Optimove's own reader and prints what it got: node read-by-optimove.cjs SETTINGS.
const Engagement = require('@devops-optimove/optigration-sdk-js');

const print = console.log;
console.log = () => undefined;

async function read(settings) {
  const engagement = new Engagement(settings);
  const metadata = await engagement.getMetaData();
  const customers = [];
  for (let file = 1; file <= metadata.numberOfFiles; file += 1) {
    for await (const customer of engagement.getCustomersByBatchID(file)) customers.push(customer);
  }
  print(JSON.stringify({ metadata, customers }));
}

read(JSON.parse(process.argv[2])).catch((error) => {
  print(JSON.stringify({ error: String(error.message ?? error) }));
  process.exitCode = 1;
});
