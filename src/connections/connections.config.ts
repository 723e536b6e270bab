import { IsUrl } from 'class-validator';

/** What connections need to know. Each property is the environment variable of the same name. */
export class ConnectionsConfig {
  /** Where Optimove reaches our callbacks. */
  @IsUrl(
    { require_tld: false, require_protocol: true, protocols: ['http', 'https'], allow_query_components: false },
    {
      message: 'PUBLIC_URL must be the address under which Optimove reaches this service, such as https://example.com',
    },
  )
  PUBLIC_URL = 'http://127.0.0.1:3000';
}
