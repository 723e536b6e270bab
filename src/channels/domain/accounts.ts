import type { Medium, ProviderDefinition, PushService } from '@libs/delivery';

/** What of an address settles which account takes messages for it. */
export interface Destination {
  medium: Medium;
  /** Whose push token it is; null for what is no phone. */
  pushService: PushService | null;
  /** The app of a device. */
  appId: string | null;
}

/** What an account takes: messages of a medium, for one push service, of one app; null means every app without an account of its own. */
export interface Taking {
  medium: Medium;
  /** The push service, or the medium where there is none. */
  serves: string;
  appId: string | null;
}

/** What accounts of a provider take of a medium. */
export function servesOf({ medium, pushService }: ProviderDefinition): string {
  return pushService ?? medium;
}

/** Some accounts of a project, each as a `T`. Which of them takes a message is settled here alone. */
export class Accounts<T> {
  private readonly byPlace: ReadonlyMap<string, T>;
  private readonly media: ReadonlySet<Medium>;

  constructor(private readonly accounts: readonly { taking: Taking; account: T }[]) {
    this.byPlace = new Map(accounts.map(({ taking, account }) => [placeOf(taking.serves, taking.appId), account]));
    this.media = new Set(accounts.map(({ taking }) => taking.medium));
  }

  get all(): T[] {
    return [...this.byPlace.values()];
  }

  /** Those that may take a message for one of these apps, or for what is no device. */
  forApps(appIds: ReadonlySet<string>): Accounts<T> {
    return new Accounts(this.accounts.filter(({ taking: { appId } }) => appId === null || appIds.has(appId)));
  }

  /** Whether messages of the medium go out to anybody. */
  has(medium: Medium): boolean {
    return this.media.has(medium);
  }

  /** The account for an address: that of its app before that of all apps; null when there is neither. */
  of({ medium, pushService, appId }: Destination): T | null {
    const serves = pushService ?? medium;
    return this.byPlace.get(placeOf(serves, appId)) ?? this.byPlace.get(placeOf(serves, null)) ?? null;
  }
}

/** Why nothing goes to an address that no account takes. */
export function noAccountFor({ medium, pushService, appId }: Destination): string {
  const ofApp = appId === null ? '' : ' and the app of the device';
  return `No provider account is set up for ${pushService ?? medium}${ofApp}`;
}

function placeOf(serves: string, appId: string | null): string {
  return `${serves} ${appId ?? ''}`;
}
