import { type ApnsEnvironment, apnsEnvironments as environments, type PushService } from '@libs/delivery';
import { query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { type DeviceFilter, pushPlatforms } from '../domain/device-filter';

/** An app whose phones have living tokens of a push service. */
export interface PushPlace {
  pushService: PushService;
  /** Null for phones that no app of ours reported. */
  appId: string | null;
  appName: string | null;
}

interface Row {
  app: string;
  name: string | null;
  platform: 'ANDROID' | 'IOS';
  token: 'FCM' | ApnsEnvironment;
}

const noApp = '00000000-0000-0000-0000-000000000000';

/** The next place in the index, which is read in its order: however many phones there are, each place costs one look. */
const next = (after: string): string => `
  SELECT coalesce(d.app_id, '${noApp}') AS app, d.platform, coalesce(d.apns_environment, 'FCM') AS token FROM device d
  WHERE d.project_id = $1 AND d.token IS NOT NULL AND d.is_addressable AND d.platform <> 'WEB' ${after}
  ORDER BY coalesce(d.app_id, '${noApp}'), d.platform, coalesce(d.apns_environment, 'FCM') LIMIT 1`;

const places = `
  WITH RECURSIVE place AS (
    (${next('')})
    UNION ALL
    SELECT n.* FROM place p CROSS JOIN LATERAL (${next(`
      AND (coalesce(d.app_id, '${noApp}'), d.platform, coalesce(d.apns_environment, 'FCM')) > (p.app, p.platform, p.token)`)}) AS n
  )
  SELECT p.app, a.name, p.platform, p.token FROM place p LEFT JOIN app a ON a.project_id = $1 AND a.id = p.app
  ORDER BY a.name, p.app`;

/** Where a project's push tokens are good. */
@Injectable()
export class PushPlaceRepository {
  /** Every app and push service with a phone among those that count, once, in the order of the names of apps. */
  async of(tx: Tx, projectId: string, devices: DeviceFilter): Promise<PushPlace[]> {
    const rows = (await query<Row>(tx, places, [projectId])).filter((row) => isCounted(row, devices));
    const found = rows.map(({ app, name, token }): PushPlace => {
      return { pushService: token === 'FCM' ? 'FCM' : 'APNS', appId: app === noApp ? null : app, appName: name };
    });
    return [...new Map(found.map((place) => [`${place.pushService} ${place.appId}`, place])).values()];
  }
}

function isCounted(
  { app, platform, token }: Row,
  { appIds, platforms = [...pushPlatforms], apnsEnvironments = [...environments] }: DeviceFilter,
): boolean {
  const isOfApps = appIds === undefined || appIds.includes(app);
  const isOfEnvironments = platform !== 'IOS' || apnsEnvironments.includes(token === 'FCM' ? 'PRODUCTION' : token);
  return isOfApps && platforms.includes(platform) && isOfEnvironments;
}
