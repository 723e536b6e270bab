import { ToBoolean, ToNumber } from '@libs/platform';
import { IsBoolean, IsInt, IsString, Matches, Max, Min } from 'class-validator';

/** What the api host needs to know. Each property is the environment variable of the same name. */
export class ApiConfig {
  @ToNumber()
  @IsInt()
  @Min(0)
  @Max(65_535)
  PORT = 3000;

  @IsString()
  HOST = '127.0.0.1';

  /** Proxies whose word on the caller's address counts; without them it is the address of the connection itself. */
  @Matches(/^$|^[\da-f.:]+(\/\d{1,3})?(, *[\da-f.:]+(\/\d{1,3})?)*$/i, {
    message: 'TRUSTED_PROXIES must be a comma list of addresses and networks, such as 10.0.0.0/8',
  })
  TRUSTED_PROXIES = '';

  @ToBoolean()
  @IsBoolean()
  GRAPHQL_INTROSPECTION = false;

  @ToBoolean()
  @IsBoolean()
  GRAPHQL_EXPLORER = false;
}
