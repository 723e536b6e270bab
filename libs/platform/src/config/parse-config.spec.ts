import 'reflect-metadata';
import { ConfigError, parseConfig } from './parse-config';
import { PlatformConfig } from './platform.config';

const valid = {
  DATABASE_URL: 'postgres://user:secret@localhost:5432/test',
  ENCRYPTION_KEYS: `k1:${Buffer.alloc(32).toString('base64')}`,
};

describe('the configuration', () => {
  it('reads numbers and switches from the environment, and keeps defaults where there is nothing', () => {
    const config = parseConfig(PlatformConfig, {
      ...valid,
      DATABASE_POOL: '7',
      OUTBOUND_ALLOW_PRIVATE: 'yes',
      LOG_LEVEL: '',
    });

    expect(config).toMatchObject({ DATABASE_POOL: 7, OUTBOUND_ALLOW_PRIVATE: true, LOG_LEVEL: 'info' });
  });

  it('names every variable that is wrong, and no value', () => {
    const wrong = { ...valid, DATABASE_POOL: 'many', ENCRYPTION_KEYS: 'k1:c2VjcmV0', REDIS_URL: 'http://secret' };

    const problem = (() => {
      try {
        return parseConfig(PlatformConfig, wrong);
      } catch (error) {
        return error as ConfigError;
      }
    })();

    expect(problem).toBeInstanceOf(ConfigError);
    expect((problem as ConfigError).message).toMatch(/DATABASE_POOL[\s\S]*ENCRYPTION_KEYS|REDIS_URL/);
    expect((problem as ConfigError).message).not.toMatch(/secret|many|c2VjcmV0/);
  });
});
