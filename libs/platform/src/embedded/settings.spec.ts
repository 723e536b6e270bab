import { settingOptions } from './settings';

describe('the server settings', () => {
  it('lets the caller overrule a default but never where the server listens', () => {
    const options = settingOptions({ max_connections: 7, listen_addresses: '*' });

    expect(options).toContain('max_connections=7');
    expect(options).toContain('listen_addresses=127.0.0.1');
    expect(options).not.toContain('listen_addresses=*');
    expect(options).toContain('unix_socket_directories=');
  });

  it('keeps statements and key values out of the log', () => {
    expect(settingOptions({})).toEqual(
      expect.arrayContaining(['log_min_error_statement=panic', 'log_error_verbosity=terse']),
    );
  });
});
