/** Declares the tests of a file beside those of others that are loaded with it; each has environment variables of its own. */
export function declareTestsOf(path: string, name: string): void {
  describe(name, () => {
    restoreEnvironmentAfterwards();
    require(path);
  });
}

function restoreEnvironmentAfterwards(): void {
  let before: NodeJS.ProcessEnv = {};
  beforeAll(() => {
    before = { ...process.env };
  });
  afterAll(() => {
    for (const name of Object.keys(process.env)) delete process.env[name];
    Object.assign(process.env, before);
  });
}
