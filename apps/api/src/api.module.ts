import { DateTimeScalar, PageArgsPipe, PlatformModule } from '@libs/platform';
import { CampaignsApiModule } from '@modules/campaigns';
import { ChannelsApiModule } from '@modules/channels';
import { ConnectionsApiModule } from '@modules/connections';
import { MatchingApiModule } from '@modules/matching';
import { PostbacksApiModule } from '@modules/postbacks';
import { ProfilesApiModule } from '@modules/profiles';
import { ProjectsApiModule } from '@modules/projects';
import { SuppressionApiModule } from '@modules/suppression';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Module } from '@nestjs/common';
import { APP_PIPE } from '@nestjs/core';
import { GraphQLModule } from '@nestjs/graphql';
import { ApiConfig } from './api.config';
import { ApiConfigModule } from './api-config.module';
import { formatError } from './graphql/format-error';
import { limitRules } from './graphql/limits';
import { contextOf, sockets } from './graphql/sockets';
import { HealthController } from './health.controller';
import { MetricsController } from './metrics.controller';

/** The api host: GraphQL, REST, health. No queue is served here. */
@Module({
  imports: [
    PlatformModule,
    ApiConfigModule,
    GraphQLModule.forRootAsync<ApolloDriverConfig>({
      driver: ApolloDriver,
      imports: [ApiConfigModule],
      inject: [ApiConfig],
      useFactory: (config: ApiConfig) => ({
        path: '/graphql',
        autoSchemaFile: true,
        buildSchemaOptions: { skipCheck: true },
        sortSchema: true,
        playground: false,
        graphiql: false,
        introspection: config.GRAPHQL_INTROSPECTION,
        includeStacktraceInErrorResponses: false,
        csrfPrevention: true,
        validationRules: limitRules,
        formatError,
        subscriptions: { 'graphql-ws': sockets },
        context: contextOf,
      }),
    }),
    ProjectsApiModule,
    ConnectionsApiModule,
    ProfilesApiModule,
    ChannelsApiModule,
    MatchingApiModule,
    SuppressionApiModule,
    CampaignsApiModule,
    PostbacksApiModule,
  ],
  controllers: [HealthController, MetricsController],
  providers: [DateTimeScalar, { provide: APP_PIPE, useClass: PageArgsPipe }],
})
export class ApiModule {}
