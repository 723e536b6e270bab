export { channelsName } from './channels.service';
