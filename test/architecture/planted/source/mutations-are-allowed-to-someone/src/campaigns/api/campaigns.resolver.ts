@Resolver()
export class CampaignsResolver {
  @Mutation(() => String)
  launchCampaign(@CurrentActor() actor: Actor) {
    return actor.projectId;
  }
}
