export const dayOf = (campaign: Campaign) => ({
  ...campaign,
  get day() {
    return campaign.startsAt.toISOString().slice(0, 10);
  },
});
