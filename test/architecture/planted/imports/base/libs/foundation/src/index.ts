export { foundationName, type FoundationWire } from './inner';
