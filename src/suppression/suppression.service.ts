import type { Medium } from '@libs/delivery';
import { newId } from '@libs/foundation';
import { query, type Tx } from '@libs/platform';
import { ProfilesService, type ReachRow } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import { type GateDecision, type GatePerson, refusalOf } from './domain/decision';
import { type EntryKind, normalValue } from './domain/entry';

/** What the gate is asked for: some people and the media that have something to say to them. */
export interface GateRequest {
  projectId: string;
  people: GatePerson[];
  media: Medium[];
}

/** The only gate before a hand-over. */
@Injectable()
export class SuppressionService {
  constructor(private readonly profiles: ProfilesService) {}

  /**
   * Decides for every person, medium and address whether a message may go out now, reading consent, addressability
   * and suppression lists in `tx`, which must be the transaction that claims the hand-over.
   * @returns at least one decision per person and medium.
   */
  async decide(tx: Tx, request: GateRequest): Promise<GateDecision[]> {
    const profileIds = request.people.map(({ profileId }) => profileId);
    const reach = await this.profiles.reach(tx, request.projectId, profileIds, request.media);
    const listed = await this.listed(tx, request.projectId, profileIds);
    const byProfile = groupByProfileAndMedium(reach);
    return request.people.flatMap((person) =>
      request.media.flatMap((medium) =>
        decideMedium(person, medium, byProfile.get(`${person.profileId} ${medium}`) ?? [], listed),
      ),
    );
  }

  /** Lists the addresses of people who complained about a message, each on the medium that it came by. */
  async suppressAfterComplaint(
    tx: Tx,
    projectId: string,
    complaints: { profileId: string; medium: Medium }[],
  ): Promise<void> {
    const contacts = await this.profiles.contacts(
      tx,
      projectId,
      complaints.map(({ profileId }) => profileId),
    );
    const byProfile = new Map(contacts.map((contact) => [contact.profileId, contact]));
    const entries = complaints.flatMap(({ profileId, medium }) => {
      const contact = byProfile.get(profileId);
      const kind: EntryKind = medium === 'EMAIL' ? 'EMAIL' : medium === 'SMS' ? 'MOBILE_NUMBER' : 'USER_ID';
      const address = { EMAIL: contact?.email, MOBILE_NUMBER: contact?.mobileNumber, USER_ID: contact?.userId }[kind];
      const value = address ? normalValue(kind, address) : null;
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

  /** Keys `profileId medium` (or `profileId ANY`) of the people who are on a list. */
  private async listed(tx: Tx, projectId: string, profileIds: string[]): Promise<Set<string>> {
    const contacts = await this.profiles.contacts(tx, projectId, profileIds);
    if (contacts.length === 0) return new Set();
    const keys = contacts.flatMap(({ profileId, userId, email, mobileNumber }) => [
      { profileId, kind: 'USER_ID', value: userId },
      { profileId, kind: 'EMAIL', value: email?.toLowerCase() ?? null },
      { profileId, kind: 'MOBILE_NUMBER', value: mobileNumber },
    ]);
    const known = keys.filter((key): key is typeof key & { value: string } => key.value !== null);
    const rows = await query<{ profile_id: string; medium: string }>(
      tx,
      `SELECT k.profile_id, e.medium
       FROM unnest($2::text[], $3::text[], $4::text[]) AS k(profile_id, kind, value)
       JOIN suppression_entry e ON e.project_id = $1 AND e.kind = k.kind AND e.value = k.value`,
      [projectId, known.map((key) => key.profileId), known.map((key) => key.kind), known.map((key) => key.value)],
    );
    return new Set(rows.map((row) => `${row.profile_id} ${row.medium}`));
  }
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

function decideMedium(person: GatePerson, medium: Medium, addresses: ReachRow[], listed: Set<string>): GateDecision[] {
  const base = { seq: person.seq, profileId: person.profileId, medium };
  if (addresses.length === 0) {
    return [{ ...base, isAllowed: false, addressKey: null, reason: 'NO_ADDRESS', detail: `No address for ${medium}` }];
  }
  const isListed = listed.has(`${person.profileId} ${medium}`) || listed.has(`${person.profileId} ANY`);
  return addresses.map((address): GateDecision => {
    const refusal = refusalOf(address, isListed);
    if (refusal) return { ...base, isAllowed: false, addressKey: address.addressKey, ...refusal };
    const { addressKey, platform } = address;
    return { ...base, isAllowed: true, addressKey, address: address.address, platform };
  });
}
