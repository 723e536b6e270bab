@Resolver()
export class CampaignsResolver {
  @Query(() => String)
  campaign(@CurrentActor() actor: Actor) {
    return actor.projectId;
  }

  @Query(() => String)
  @Allow('campaigns.view')
  catalogue() {
    return 'all';
  }

  @Allow('campaigns.manage')
  @Mutation(() => String)
  launchCampaign(@CurrentActor() actor: Actor) {
    return actor.projectId;
  }
}
