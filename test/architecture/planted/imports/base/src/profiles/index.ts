export { profilesName } from './profiles.service';
