export const platformName = 'platform';
export interface PlatformWire {
  name: string;
}
