import { mayDo } from './actor';

describe('roles', () => {
  it('let an approver launch and not edit, and a copywriter edit and not launch', () => {
    expect([mayDo('APPROVER', 'campaigns.launch'), mayDo('APPROVER', 'campaigns.edit')]).toEqual([true, false]);
    expect([mayDo('COPYWRITER', 'campaigns.launch'), mayDo('COPYWRITER', 'campaigns.edit')]).toEqual([false, true]);
  });

  it('leave keys to administrators', () => {
    expect([mayDo('ADMIN', 'project.manage'), mayDo('MARKETER', 'project.manage')]).toEqual([true, false]);
  });
});
