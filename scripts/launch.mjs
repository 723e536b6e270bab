// Builds what is stale, then becomes the launcher: `node scripts/launch.mjs <command> [arguments]`.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildIfStale } from './build.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const started = Date.now();
try {
  if (buildIfStale()) console.log(`✓ Built in ${((Date.now() - started) / 1000).toFixed(1)} s`);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
process.chdir(root);
process.setSourceMapsEnabled(true);
createRequire(import.meta.url)(join(root, 'dist', 'apps', 'launcher', 'src', 'main.js'));
