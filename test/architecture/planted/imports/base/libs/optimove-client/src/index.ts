export { optimoveName, type OptimoveWire } from './inner';
