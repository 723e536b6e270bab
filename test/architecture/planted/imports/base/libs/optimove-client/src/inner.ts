export const optimoveName = 'optimove-client';
export interface OptimoveWire {
  name: string;
}
