import { grantableRoles, mayDo } from './actor';

describe('roles', () => {
  it('let an approver launch and not edit, and a copywriter edit and not launch', () => {
    expect([mayDo('APPROVER', 'campaigns.launch'), mayDo('APPROVER', 'campaigns.edit')]).toEqual([true, false]);
    expect([mayDo('COPYWRITER', 'campaigns.launch'), mayDo('COPYWRITER', 'campaigns.edit')]).toEqual([false, true]);
  });

  it('leave to support, and to nobody who can be given a role in a project, what has to be agreed with Optimove', () => {
    expect(mayDo('SUPPORT', 'postbacks.allow')).toBe(true);
    expect(grantableRoles.filter((role) => mayDo(role, 'postbacks.allow'))).toEqual([]);
    expect([mayDo('SUPPORT', 'postbacks.manage'), mayDo('SUPPORT', 'campaigns.edit')]).toEqual([false, false]);
  });

  it('leave keys to administrators', () => {
    expect([mayDo('ADMIN', 'project.manage'), mayDo('MARKETER', 'project.manage')]).toEqual([true, false]);
  });
});
