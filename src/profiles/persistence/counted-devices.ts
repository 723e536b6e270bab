import type { DeviceFilter } from '../domain/device-filter';

/** Conditions on a device `d`: whether it counts at all, as a phone, and as a browser. */
export function countedDevices(
  { appIds, platforms, apnsEnvironments, browsers }: DeviceFilter,
  given: unknown[],
): { all: string; mobile: string; web: string; parameters: unknown[] } {
  const parameters = [...given];
  const isOneOf = (cell: string, values: string[] | undefined, type: string): string =>
    values ? `${cell} = ANY($${parameters.push(values)}::${type}[])` : 'true';
  const environment = isOneOf(`coalesce(d.apns_environment, 'PRODUCTION')`, apnsEnvironments, 'text');
  return {
    all: isOneOf('d.app_id', appIds, 'uuid'),
    mobile: `${isOneOf('d.platform', platforms, 'text')} AND (d.platform <> 'IOS' OR ${environment})`,
    web: isOneOf('d.browser', browsers, 'text'),
    parameters,
  };
}
