export const channelsName = 'channels';
