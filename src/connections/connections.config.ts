import { IsJSON, IsOptional, IsUrl } from 'class-validator';

/** What connections need to know. Each property is the environment variable of the same name. */
export class ConnectionsConfig {
  /** Storage in which Optimove puts the files of engagements: the base address of Google's JSON API. */
  @IsUrl(
    { require_tld: false, require_protocol: true, protocols: ['http', 'https'], allow_query_components: false },
    { message: 'OPTIMOVE_STORAGE_URL must be an address such as https://storage.googleapis.com/storage/v1' },
  )
  OPTIMOVE_STORAGE_URL = 'https://storage.googleapis.com/storage/v1';

  /** JSON of the Google service account to which Optimove granted access to its bucket; without it reads are anonymous. */
  @IsOptional()
  @IsJSON({ message: 'OPTIMOVE_STORAGE_SERVICE_ACCOUNT must be the JSON of a Google service account' })
  OPTIMOVE_STORAGE_SERVICE_ACCOUNT?: string;
}
