const { readFileSync } = require('node:fs');
const { join } = require('node:path');

// As the build compiles; whose import is meant by a name says moduleNameMapper.
const { jsc, env, module: modules } = JSON.parse(readFileSync(join(__dirname, '.swcrc'), 'utf8'));
const { baseUrl: _, paths: __, ...syntax } = jsc;
const swc = { swcrc: false, sourceMaps: true, jsc: syntax, env, module: modules };
const common = {
  // One id and one place: what one project compiled, the others find.
  id: 'house',
  cacheDirectory: '<rootDir>/.cache/jest',
  roots: ['apps', 'libs', 'migrations', 'scripts', 'src', 'test'].map((name) => `<rootDir>/${name}`),
  testEnvironment: 'node',
  moduleNameMapper: {
    '^@modules/(.*)$': '<rootDir>/src/$1/index.ts',
    '^@libs/(.*)$': '<rootDir>/libs/$1/src/index.ts',
  },
  transform: {
    '\\.ts$': ['@swc/jest', swc],
    // Packages published as ES modules only; Jest cannot require them on Node < 24.9.
    '\\.m?js$': [
      '@swc/jest',
      { swcrc: false, sourceMaps: true, jsc: { target: 'es2022' }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: [
    '/node_modules/(?!(@nestjs|uuid|nodemailer|csv-parse|graphql-ws|google-auth-library|gaxios|gcp-metadata)/)',
  ],
  setupFilesAfterEnv: ['<rootDir>/test/support/patience.ts'],
};
module.exports = {
  testSequencer: '<rootDir>/test/support/largest-first.cjs',
  projects: [
    { ...common, displayName: 'unit', testMatch: ['<rootDir>/{src,libs,apps}/**/*.spec.ts'] },
    // The same files, begun together: `npm test` runs these.
    { ...common, displayName: 'units', testMatch: ['<rootDir>/test/units/*.units.ts'] },
    { ...common, displayName: 'architecture', testMatch: ['<rootDir>/test/architecture/**/*.spec.ts'] },
    {
      ...common,
      displayName: 'integration',
      testMatch: ['<rootDir>/test/integration/**/*.int-spec.ts'],
      globalSetup: '<rootDir>/test/support/global-setup.ts',
      globalTeardown: '<rootDir>/test/support/global-teardown.ts',
    },
    // The same files, with the modules of an area loaded once: `npm test` runs these.
    {
      ...common,
      displayName: 'areas',
      testMatch: ['<rootDir>/test/areas/*.area.ts'],
      globalSetup: '<rootDir>/test/support/global-setup.ts',
      globalTeardown: '<rootDir>/test/support/global-teardown.ts',
    },
    {
      ...common,
      displayName: 'e2e',
      testMatch: ['<rootDir>/test/e2e/**/*.e2e-spec.ts'],
      globalSetup: '<rootDir>/test/support/global-setup.ts',
      globalTeardown: '<rootDir>/test/support/global-teardown.ts',
    },
  ],
};
