/** SQL: ids of all connections of a project, deleted or not, as an array: for a look at what went to an account by an index of connections. */
export function connectionsOfProject(projectId: string): string {
  return `ARRAY(SELECT n.id FROM connection n WHERE n.project_id = ${projectId})`;
}
