/** An installation as its registration was answered. */
export interface ModelDevice {
  deviceId: string;
  profileId: string;
  deviceSecret: string;
}

interface Person {
  userId: string | null;
  attributes: Record<string, unknown>;
  email: string;
  events: number;
}

interface Installation {
  person: Person;
  token: string | null;
  push: string;
  attributes: Record<string, unknown>;
}

/** What the identity rules make of calls, one call at a time. Every method answers with what is to be sent. */
export class IdentityModel {
  private readonly installations = new Map<string, Installation>();
  private readonly identified = new Map<string, Person>();

  add(device: ModelDevice): ModelDevice {
    this.installations.set(device.deviceId, { person: nobody(), token: null, push: 'NOT_SET', attributes: {} });
    return device;
  }

  identify(device: ModelDevice, userId: string): string {
    const installation = this.of(device);
    const { person } = installation;
    if ((person.userId ?? '') === userId) return userId;
    if (userId === '') installation.person = nobody();
    else if (this.identified.has(userId)) installation.person = this.merged(person, this.named(userId));
    else if (person.userId === null) this.identified.set(userId, Object.assign(person, { userId }));
    else installation.person = this.named(userId);
    return userId;
  }

  setOnPerson(device: ModelDevice, change: Record<string, unknown>): Record<string, unknown> {
    return merge(this.of(device).person.attributes, change);
  }

  setOnDevice(device: ModelDevice, change: Record<string, unknown>): Record<string, unknown> {
    return merge(this.of(device).attributes, change);
  }

  takeToken(device: ModelDevice, token: string): string {
    const own = this.of(device);
    for (const each of this.installations.values()) {
      if (each === own || each.token !== token) continue;
      each.token = null;
      if (each.push === 'UNSUBSCRIBED' && own.push === 'NOT_SET') own.push = 'UNSUBSCRIBED';
      if (own.person.userId === null && each.person !== own.person) this.merged(each.person, own.person);
    }
    own.token = token;
    return token;
  }

  wantPush(device: ModelDevice, subscribed: boolean): boolean {
    this.of(device).push = subscribed ? 'SUBSCRIBED' : 'UNSUBSCRIBED';
    return subscribed;
  }

  wantEmail(device: ModelDevice, subscribed: boolean): string {
    const { person } = this.of(device);
    person.email = subscribed ? 'SUBSCRIBED' : 'UNSUBSCRIBED';
    return person.email;
  }

  hit(device: ModelDevice): string {
    this.of(device).person.events += 1;
    return 'spin';
  }

  importPerson(userId: string, value: number): string {
    this.named(userId).attributes.imported = String(value);
    return String(value);
  }

  /** Everything that is to be stored. */
  state(): { devices: unknown[]; people: unknown[] } {
    const devices = [...this.installations].map(([id, { person, ...facts }]) => ({
      id,
      userId: person.userId,
      ...facts,
    }));
    const people = new Set([
      ...this.identified.values(),
      ...[...this.installations.values()].map((each) => each.person),
    ]);
    const rows = [...people].map((person) => ({ ...person, devices: this.devicesOf(person) }));
    return { devices, people: rows };
  }

  /** Of an anonymous person nothing is left but a no. */
  private merged(from: Person, into: Person): Person {
    if (from.userId === null && from.email === 'UNSUBSCRIBED') into.email = 'UNSUBSCRIBED';
    return into;
  }

  private devicesOf(person: Person): number {
    return [...this.installations.values()].filter((each) => each.person === person).length;
  }

  private named(userId: string): Person {
    const person = this.identified.get(userId) ?? { ...nobody(), userId };
    this.identified.set(userId, person);
    return person;
  }

  private of({ deviceId }: ModelDevice): Installation {
    const found = this.installations.get(deviceId);
    if (!found) throw new Error(`The model has no device ${deviceId}`);
    return found;
  }
}

function nobody(): Person {
  return { userId: null, attributes: {}, email: 'NOT_SET', events: 0 };
}

function merge(values: Record<string, unknown>, change: Record<string, unknown>): Record<string, unknown> {
  for (const [name, value] of Object.entries(change)) {
    if (value === null) delete values[name];
    else values[name] = value;
  }
  return change;
}
