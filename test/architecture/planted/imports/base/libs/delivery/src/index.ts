export { deliveryName, type DeliveryWire } from './inner';
