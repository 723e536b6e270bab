import { ToBoolean, ToNumber } from '@libs/platform';
import { IsBoolean, IsInt, IsString, Max, Min } from 'class-validator';

/** What the api host needs to know. Each property is the environment variable of the same name. */
export class ApiConfig {
  @ToNumber()
  @IsInt()
  @Min(0)
  @Max(65_535)
  PORT = 3000;

  @IsString()
  HOST = '127.0.0.1';

  @ToBoolean()
  @IsBoolean()
  GRAPHQL_INTROSPECTION = false;

  @ToBoolean()
  @IsBoolean()
  GRAPHQL_EXPLORER = false;
}
