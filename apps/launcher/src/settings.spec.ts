import { readSettings } from './settings';

describe('the launcher settings', () => {
  it('needs no variable at all', () => {
    expect(readSettings({})).toEqual({
      port: 3000,
      publicUrl: 'http://127.0.0.1:3000',
      sandboxPort: 4010,
      hasSandbox: true,
      databaseUrl: null,
    });
  });

  it('starts no sandbox in production', () => {
    expect(readSettings({ NODE_ENV: 'production' }).hasSandbox).toBe(false);
  });

  it.each(['0', '65536', '80a', '1.5'])('refuses PORT=%s, naming the variable and not its value', (PORT) => {
    expect(() => readSettings({ PORT })).toThrow('PORT must be a port number from 1 to 65535');
  });
});
