export const suppressionName = 'suppression';
