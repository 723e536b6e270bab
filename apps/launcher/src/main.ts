import { redactText, toError } from '@libs/foundation';

type Command = (args: string[]) => Promise<number>;

/** Every command by name; each is loaded only when it is asked for. */
const commands: Record<string, () => Promise<Command>> = {
  start: async () => (await import('./commands/start.js')).start,
  demo: async () => (await import('./commands/demo.js')).demo,
  sandbox: async () => (await import('./commands/sandbox.js')).sandbox,
  migration: async () => (await import('./commands/migration.js')).migration,
  bench: async () => (await import('./commands/bench.js')).bench,
  drill: async () => (await import('./commands/drill.js')).drill,
  'admin-key': async () => (await import('./commands/on-database.js')).adminKey,
  'support-key': async () => (await import('./commands/on-database.js')).supportKey,
  'rotate-keys': async () => (await import('./commands/on-database.js')).rotateKeys,
  schema: async () => (await import('./commands/schema.js')).schema,
};

async function main([name = 'start', ...args]: string[]): Promise<number> {
  const load = commands[name];
  if (!load) {
    console.error(`There is no command "${name}". There are: ${Object.keys(commands).join(', ')}`);
    return 2;
  }
  const command = await load();
  return command(args);
}

/** Faults that carry a code say themselves what to do; anything else is a bug and shows where. */
function describe(error: Error & { code?: unknown }): string {
  return redactText(error.code === undefined ? (error.stack ?? error.message) : error.message);
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (thrown: unknown) => {
    console.error(`\n✗ ${describe(toError(thrown))}`);
    process.exit(1);
  },
);
