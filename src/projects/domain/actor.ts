/** What a key may be, from most to least; SUPPORT stands beside them, for those who run the service. */
export const roles = ['ADMIN', 'MARKETER', 'APPROVER', 'COPYWRITER', 'VIEWER', 'SUPPORT'] as const;

/** One of {@link roles}. */
export type Role = (typeof roles)[number];

/** Roles that a project's administrators may give: keys of support are made where the database is. */
export const grantableRoles = roles.filter((role) => role !== 'SUPPORT');

/** Everything that can be allowed. */
export type Permission =
  | 'project.manage'
  | 'project.view'
  | 'connections.manage'
  | 'connections.view'
  | 'channels.manage'
  | 'channels.view'
  | 'profiles.manage'
  | 'profiles.view'
  | 'profiles.personal-data'
  | 'campaigns.edit'
  | 'campaigns.launch'
  | 'campaigns.view'
  | 'suppression.manage'
  | 'suppression.override'
  | 'suppression.view'
  | 'postbacks.manage'
  | 'postbacks.allow'
  | 'postbacks.view';

/** Who asks: an API key of one project. */
export interface Actor {
  projectId: string;
  keyId: string;
  label: string;
  role: Role;
}

const view: Permission[] = [
  'project.view',
  'connections.view',
  'channels.view',
  'profiles.view',
  'campaigns.view',
  'suppression.view',
  'postbacks.view',
];
const manage: Permission[] = [
  'connections.manage',
  'channels.manage',
  'profiles.manage',
  'suppression.manage',
  'postbacks.manage',
];

const granted: Record<Role, ReadonlySet<Permission>> = {
  ADMIN: new Set([
    ...view,
    ...manage,
    'campaigns.edit',
    'campaigns.launch',
    'suppression.override',
    'profiles.personal-data',
    'project.manage',
  ]),
  MARKETER: new Set([...view, ...manage, 'campaigns.edit', 'campaigns.launch']),
  APPROVER: new Set([...view, 'campaigns.launch']),
  COPYWRITER: new Set([...view, 'campaigns.edit']),
  VIEWER: new Set(view),
  SUPPORT: new Set([...view, 'postbacks.allow']),
};

/** Whether a role includes a permission. */
export function mayDo(role: Role, permission: Permission): boolean {
  return granted[role].has(permission);
}
