export const deliveryName = 'delivery';
export interface DeliveryWire {
  name: string;
}
