/** Asks GraphQL and returns its data. */
type Ask = <T>(query: string, variables?: Record<string, unknown>) => Promise<T>;

/** Sets the time zone of the project of whoever asks. */
export async function setTimeZone(ask: Ask, timeZone: string): Promise<void> {
  const { project } = await ask<{ project: { version: number } }>('{ project { version } }');
  const { updateProject } = await ask<{ updateProject: { userErrors: object[] } }>(
    'mutation ($input: UpdateProjectInput!) { updateProject(input: $input) { userErrors { path message } } }',
    { input: { version: project.version, timeZone } },
  );
  if (updateProject.userErrors.length > 0) throw new Error(JSON.stringify(updateProject.userErrors));
}
