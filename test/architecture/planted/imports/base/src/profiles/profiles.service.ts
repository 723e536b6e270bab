export const profilesName = 'profiles';
