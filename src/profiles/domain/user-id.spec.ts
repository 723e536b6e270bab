import { blanks } from './user-id';

describe('blanks round a user ID', () => {
  it('are to the database what they are to the process', () => {
    const all = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code));
    expect([...blanks]).toEqual(all.filter((character) => character.trim() === ''));
  });
});
