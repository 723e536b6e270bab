import type { Medium } from '@libs/delivery';
import { newId } from '@libs/foundation';
import { query, type Tx } from '@libs/platform';
import { type ContactRow, ProfilesService, type ReachRow } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import { type GateDecision, type GatePerson, type Refusal, refusalOf } from './domain/decision';
import { type EntryKind, normalValue } from './domain/entry';
import type { GateOrigin, RuleInForce } from './domain/guard';
import { Guard, type GuardStanding } from './guard/guard';
import { ListGateRepository } from './persistence/list-gate.repository';

/** What the gate is asked for: some people and the media that have something to say to them. */
export interface GateRequest {
  projectId: string;
  /** Who wants to send: it settles which exclusion rules count. */
  origin: GateOrigin;
  people: GatePerson[];
  media: Medium[];
}

/** A request, and what stands of its people and its rules. */
interface Looked extends GateRequest {
  contacts: ContactRow[];
  rules: RuleInForce[];
}

/** How often the gate looks at somebody who changes while it looks. */
const mostLooks = 3;
const restless: Refusal = { reason: 'SUPPRESSION_STALE', detail: 'The profile did not stop changing at the gate' };

/** The only gate before a hand-over. */
@Injectable()
export class SuppressionService {
  constructor(
    private readonly profiles: ProfilesService,
    private readonly lists: ListGateRepository,
    private readonly guard: Guard,
  ) {}

  /**
   * Decides for every person, medium and address whether a message may go out now, reading consent, addressability,
   * suppression lists and exclusion rules in `tx`, which must be the transaction that claims the hand-over. What lists
   * and rules say of a person is written down as proof in the same transaction.
   * @returns at least one decision per person and medium.
   */
  decide(tx: Tx, request: GateRequest): Promise<GateDecision[]> {
    return this.look(tx, request, mostLooks);
  }

  /**
   * Addresses are read last, so that who is gone by then has none. Whose profile is another one than the lists and rules
   * were asked about is looked at again, for an address or a device may have come that nothing was asked about.
   */
  private async look(tx: Tx, request: GateRequest, looksLeft: number): Promise<GateDecision[]> {
    const { projectId, origin, people, media } = request;
    const profileIds = people.map(({ profileId }) => profileId);
    const [contacts, rules] = await Promise.all([
      this.profiles.contacts(tx, projectId, profileIds),
      this.guard.rulesFor(tx, projectId, origin),
    ]);
    const [listed, { refusals, reach }] = await Promise.all([
      this.lists.listed(tx, { ...request, contacts }),
      this.refusedAndReached(tx, { ...request, contacts, rules }),
    ]);
    const changed = changedSince(contacts, reach);
    const byProfile = groupByProfileAndMedium(reach);
    const again = looksLeft > 1 ? people.filter(({ profileId }) => changed.has(profileId)) : [];
    const decisions = people.flatMap((person) =>
      again.includes(person)
        ? []
        : media.flatMap((medium) =>
            decideMedium(person, {
              medium,
              addresses: byProfile.get(`${person.profileId} ${medium}`) ?? [],
              isListed: listed.has(`${person.profileId} ${medium}`) || listed.has(`${person.profileId} ANY`),
              guard: changed.has(person.profileId) ? restless : (refusals.get(person.profileId) ?? null),
            }),
          ),
    );
    if (again.length === 0) return decisions;
    return [...decisions, ...(await this.look(tx, { ...request, people: again }, looksLeft - 1))];
  }

  private async refusedAndReached(
    tx: Tx,
    { projectId, origin, people, media, contacts, rules }: Looked,
  ): Promise<{ refusals: Map<string, Refusal>; reach: ReachRow[] }> {
    const refusals = await this.guard.refusals(tx, rules, { projectId, origin, people: contacts });
    const profileIds = people.map(({ profileId }) => profileId);
    return { refusals, reach: await this.profiles.reach(tx, projectId, profileIds, media) };
  }

  /**
   * The exclusion rules that count for an origin and how fresh their data are. A Direct campaign waits while there is a
   * `holdReason`; one without rules relies on nothing.
   */
  standing(tx: Tx, projectId: string, origin: GateOrigin): Promise<GuardStanding> {
    return this.guard.standing(tx, projectId, origin);
  }

  /** What to know before Optimove's campaigns go out over a connection; null when there is nothing. */
  warningFor(tx: Tx, projectId: string, connectionId: string): Promise<string | null> {
    return this.guard.warningFor(tx, projectId, connectionId);
  }

  /**
   * Lists the addresses that complaints came from, each on the medium of the message: where it was sent to or, where that
   * is not kept (`address` null), what the person has now. People are listed themselves on media without such addresses.
   */
  async suppressAfterComplaint(
    tx: Tx,
    projectId: string,
    complaints: { profileId: string; medium: Medium; address: string | null }[],
  ): Promise<void> {
    const contacts = await this.profiles.contacts(
      tx,
      projectId,
      complaints.map(({ profileId }) => profileId),
    );
    const own = contacts.filter(({ isSignedOut }) => !isSignedOut);
    const byProfile = new Map(own.map((contact) => [contact.profileId, contact]));
    const entries = complaints.flatMap(({ profileId, medium, address }) => {
      const contact = byProfile.get(profileId);
      const kind: EntryKind = medium === 'EMAIL' ? 'EMAIL' : medium === 'SMS' ? 'MOBILE_NUMBER' : 'USER_ID';
      const now = { EMAIL: contact?.email, MOBILE_NUMBER: contact?.mobileNumber, USER_ID: contact?.userId }[kind];
      const given = address ?? now;
      const value = given ? normalValue(kind, given) : null;
      return value ? [{ kind, value, medium }] : [];
    });
    await query(
      tx,
      `INSERT INTO suppression_entry (id, project_id, kind, value, medium, reason)
       SELECT id, $1, kind, value, medium, 'Complaint' FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[]) AS e(id, kind, value, medium)
       ON CONFLICT ON CONSTRAINT uq_suppression_entry DO NOTHING`,
      [
        projectId,
        entries.map(() => newId()),
        entries.map(({ kind }) => kind),
        entries.map(({ value }) => value),
        entries.map(({ medium }) => medium),
      ],
    );
  }
}

/** People who have an address now and are not as they were when the lists and rules were asked about them. */
function changedSince(contacts: ContactRow[], reach: ReachRow[]): Set<string> {
  const versions = new Map(contacts.map(({ profileId, version }) => [profileId, version]));
  return new Set(reach.filter((row) => row.version !== versions.get(row.profileId)).map(({ profileId }) => profileId));
}

function groupByProfileAndMedium(rows: ReachRow[]): Map<string, ReachRow[]> {
  const groups = new Map<string, ReachRow[]>();
  for (const row of rows) {
    const key = `${row.profileId} ${row.medium}`;
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}

function decideMedium(
  person: GatePerson,
  given: { medium: Medium; addresses: ReachRow[]; isListed: boolean; guard: Refusal | null },
): GateDecision[] {
  const { medium, addresses } = given;
  const base = { seq: person.seq, profileId: person.profileId, medium };
  if (addresses.length === 0) {
    return [{ ...base, isAllowed: false, addressKey: null, reason: 'NO_ADDRESS', detail: `No address for ${medium}` }];
  }
  return addresses.map((address): GateDecision => {
    const refusal = refusalOf(address, { ...given, ignoresSubscription: person.ignoresSubscription });
    if (refusal) return { ...base, isAllowed: false, addressKey: address.addressKey, ...refusal };
    const { addressKey, platform, pushService, apnsEnvironment, browser, appId, encryptionKeys } = address;
    const device = { platform, pushService, apnsEnvironment, browser, appId, encryptionKeys };
    return { ...base, isAllowed: true, addressKey, address: address.address, ...device };
  });
}
