export { platformName, type PlatformWire } from './inner';
