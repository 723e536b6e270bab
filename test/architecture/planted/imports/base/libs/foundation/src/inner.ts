export const foundationName = 'foundation';
export interface FoundationWire {
  name: string;
}
