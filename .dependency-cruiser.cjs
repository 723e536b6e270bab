// Who may import whom. The house is a tower: calls go down, news goes up as events, nothing runs back.
// A new module is one word in `floors`; its rule follows. Each rule has a planted fault in test/architecture/planted/imports.

/** The modules of src from the ground up; those that share a floor are ignorant of each other. */
const floors = [
  ['projects'],
  ['connections', 'profiles'],
  ['channels', 'matching'],
  ['suppression'],
  ['campaigns'],
  ['postbacks'],
];

const spec = '\\.spec\\.ts$';
const framework = '(^|/)node_modules/(@nestjs|typeorm|bullmq|@apollo|graphql|fastify|ioredis|pg|pg-copy-streams)/';
/** A lib is entered by its index; `embedded` is the platform's second door, so that no host loads it unasked. */
const pastAnIndex = '^libs/[^/]+/src/(?!(embedded/)?index\\.ts$)';

const below = (floor) => floors.slice(0, floor).flat();

function floorRule(module, floor) {
  const lower = below(floor);
  const allowed = lower.length > 0 ? `(?:${lower.join('|')})/index\\.ts$|` : '';
  return {
    name: `floor-${module}`,
    comment: `${module} imports only the public surface of: ${lower.join(', ') || 'no module'}.`,
    severity: 'error',
    from: { path: `^src/${module}/` },
    to: { path: `^src/(?!${allowed}${module}/)` },
  };
}

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    ...floors.flatMap((modules, floor) => modules.map((module) => floorRule(module, floor))),
    rule(
      'every-module-has-a-floor',
      'A folder of src that is not in the list of floors would escape every rule above.',
      { path: `^src/(?!(?:${floors.flat().join('|')})/|index\\.ts$)` },
      {},
    ),
    rule(
      'no-own-index',
      'Inside a module or a lib, files import each other directly: the detour through the index makes cycles.',
      { path: '^((?:src|libs)/[^/]+)/', pathNot: spec },
      { path: '^$1/(src/)?index\\.ts$' },
    ),
    rule(
      'no-circular',
      'No cycles, those made of types alone aside.',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    rule(
      'no-unresolvable',
      'An import that cannot be followed cannot be judged by any other rule.',
      { path: '^(apps|src|libs|migrations|test)/' },
      { couldNotResolve: true },
    ),
    rule(
      'hosts-use-public-surface',
      'The hosts (apps, migrations) see the index of a module, nothing behind it.',
      { path: '^(apps|migrations)/' },
      { path: '^src/', pathNot: '^src/[^/]+/index\\.ts$' },
    ),
    rule('apps-not-each-other', 'Hosts are separate programs.', { path: '^apps/([^/]+)/' }, { path: '^apps/(?!$1/)' }),
    rule(
      'libs-know-no-modules',
      'Libs have no domain: they never import src, apps, migrations or test.',
      { path: '^libs/', pathNot: spec },
      { path: '^(src|apps|migrations|test)/' },
    ),
    rule(
      'libs-public-surface',
      'Whoever is outside a lib enters it by its index.',
      { path: '^(apps|src|migrations)/' },
      { path: pastAnIndex },
    ),
    rule(
      'lib-order',
      'Libs do not know each other; all of them stand on foundation.',
      { path: '^libs/([^/]+)/' },
      { path: '^libs/(?!$1/|foundation/src/index\\.ts$)' },
    ),
    rule(
      'foundation-is-ground',
      'Foundation imports no lib and no framework.',
      { path: '^libs/foundation/' },
      { path: `^libs/(?!foundation/)|${framework}` },
    ),
    rule(
      'protocol-libs-no-framework',
      'The Optimove client and the providers run without Nest and without a database.',
      { path: '^libs/(optimove-client|delivery)/' },
      { path: framework },
    ),
    rule(
      'modules-know-no-app',
      'src never imports a host, a migration or, outside its unit tests, test.',
      { path: '^src/', pathNot: spec },
      { path: '^(apps|test|migrations)/' },
    ),
    rule(
      'domain-is-pure',
      'Rules know neither a framework nor the places around them.',
      { path: '^src/([^/]+)/domain/' },
      { path: `${framework}|^src/$1/(api|jobs|persistence)/` },
    ),
    rule(
      'domain-knows-no-platform',
      "Rules run without the platform; only domain/events.ts, which declares a module's news, names its defineEvent.",
      { path: '^src/[^/]+/domain/', pathNot: '/domain/events\\.ts$' },
      { path: '^libs/platform/' },
    ),
    rule(
      'entities-stay-home',
      'An entity is used by its own module only: no index publishes one, no host or lib takes one.',
      { path: '^src/[^/]+/index\\.ts$|^(apps|libs|migrations)/' },
      { path: '^src/[^/]+/persistence/' },
    ),
    rule(
      'sandbox-knows-no-module',
      'The sandbox plays Optimove for any client: it knows nothing of src and nothing of the platform.',
      { path: '^apps/sandbox/' },
      { path: '^src/|^libs/(platform|delivery)/' },
    ),
    rule(
      'sandbox-wire-types-only',
      'The sandbox takes wire types from the Optimove client, never its code.',
      { path: '^apps/sandbox/' },
      { path: '^libs/optimove-client/', dependencyTypesNot: ['type-only'] },
    ),
    rule(
      'api-and-jobs-are-leaves',
      'Only the -api and -worker modules import what the outside world calls: resolvers, controllers, processors.',
      { path: '^(apps|src|libs)/', pathNot: `-(api|worker)\\.module\\.ts$|${spec}` },
      { path: '^src/.*\\.(resolver|controller|processor|schedule)\\.ts$' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/|^test/architecture/planted/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    moduleSystems: ['cjs', 'es6'],
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['require', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
    },
  },
};
