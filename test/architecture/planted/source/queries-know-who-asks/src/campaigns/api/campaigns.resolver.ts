@Resolver()
export class CampaignsResolver {
  @Query(() => String)
  campaign(@Args('id') id: string) {
    return id;
  }
}
