export const postbacksName = 'postbacks';
