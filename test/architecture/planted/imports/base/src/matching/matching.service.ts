export const matchingName = 'matching';
