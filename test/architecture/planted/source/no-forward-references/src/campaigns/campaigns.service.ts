export class CampaignsService {
  constructor(@Inject(forwardRef(() => Postbacks)) readonly postbacks: Postbacks) {}
}
