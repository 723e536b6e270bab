import { execute, query, Transactions, type Tx } from '@libs/platform';
import { BadRequestException, Injectable } from '@nestjs/common';
import { AttributeDefinitions } from '../attributes/attribute-definitions';
import { TimedAttributes } from '../attributes/timed-attributes';
import { type TypedValues, typeValues } from '../domain/attributes/type-values';
import type { KnownDevice } from '../domain/known-device';
import type { Subscription } from '../domain/subscription';
import { againAfterClash } from '../persistence/again-after-clash';
import { ConsentRepository } from '../persistence/consent.repository';
import { timesWith } from '../persistence/said-times';
import type { AttributesInput } from './sdk.inputs';

const mostAttributes = 100;
const longestName = 100;
const longestValue = 1_000;

/** Values that an installation stores on itself and on whoever it belongs to at that moment. */
@Injectable()
export class StoreAttributes {
  constructor(
    private readonly transactions: Transactions,
    private readonly consent: ConsentRepository,
    private readonly definitions: AttributeDefinitions,
    private readonly timed: TimedAttributes,
  ) {}

  /** @throws {BadRequestException} naming every value that cannot be stored; then none is. */
  async store({ id, projectId }: KnownDevice, { profile = {}, device = {} }: AttributesInput): Promise<void> {
    const errors = [...problemsOf('profile', profile), ...problemsOf('device', device)];
    if (errors.length > 0) throw new BadRequestException({ message: 'Some attributes cannot be stored', errors });
    const write = async (tx: Tx): Promise<void> => {
      const known = await this.definitions.forWriting(tx, projectId);
      const ofPerson = typeValues(profile, known, 'PROFILE');
      const ofDevice = typeValues(device, known, 'DEVICE');
      const unfit = [...misfits('profile', ofPerson), ...misfits('device', ofDevice)];
      if (unfit.length > 0)
        throw new BadRequestException({ message: 'Some attributes cannot be stored', errors: unfit });
      const profileId = await lockedOwner(tx, projectId, id);
      await this.storeOfPerson(tx, { projectId, id: profileId, values: ofPerson.values });
      await merge(tx, { table: 'device', projectId, id, values: ofDevice.values });
    };
    await againAfterClash(() => this.transactions.run(write));
  }

  private async storeOfPerson(
    tx: Tx,
    { projectId, id, values }: { projectId: string; id: string; values: object },
  ): Promise<void> {
    if (Object.keys(values).length === 0) return;
    const timed = await this.timed.of(tx, projectId);
    if (timed.some((name) => name in values)) {
      await execute(
        tx,
        `UPDATE profile SET attributes_said_at = ${timesWith('attributes_said_at', '$3::jsonb', '$4')}
         WHERE project_id = $1 AND id = $2`,
        [projectId, id, JSON.stringify(values), timed],
      );
    }
    await merge(tx, { table: 'profile', projectId, id, values });
  }

  /** Stores what whoever the installation belongs to says about e-mail and SMS. */
  async answer(tx: Tx, device: KnownDevice, answer: { email?: Subscription; sms?: Subscription }): Promise<void> {
    const profileId = await lockedOwner(tx, device.projectId, device.id);
    await this.consent.answer(tx, device.projectId, 'SDK', [{ profileId, ...answer }]);
  }
}

/** Holds the device, so that nobody signs in or out between reading its profile and writing to it. */
export async function lockedOwner(tx: Tx, projectId: string, deviceId: string): Promise<string> {
  const [owner] = await query<{ profile_id: string }>(
    tx,
    'SELECT profile_id FROM device WHERE project_id = $1 AND id = $2 FOR UPDATE',
    [projectId, deviceId],
  );
  if (!owner) throw new BadRequestException('This installation is no longer registered');
  return owner.profile_id;
}

async function merge(
  tx: Tx,
  { table, projectId, id, values }: { table: 'profile' | 'device'; projectId: string; id: string; values: object },
): Promise<void> {
  if (Object.keys(values).length === 0) return;
  const removed = Object.entries(values).flatMap(([name, value]) => (value === null ? [name] : []));
  await execute(
    tx,
    `UPDATE ${table} SET attributes = (attributes || $3::jsonb) - $4::text[], updated_at = now()
     WHERE project_id = $1 AND id = $2`,
    [projectId, id, JSON.stringify(values), removed],
  );
}

function misfits(on: string, { problems }: TypedValues): { field: string; message: string }[] {
  return problems.map(({ name, reason }) => ({ field: `${on}.${name}`.slice(0, 150), message: `The value ${reason}` }));
}

function problemsOf(on: string, values: Record<string, unknown>): { field: string; message: string }[] {
  const names = Object.keys(values);
  if (names.length > mostAttributes) return [{ field: on, message: `At most ${mostAttributes} attributes at once` }];
  return names.flatMap((name) => {
    const message = problemOf(name, values[name]);
    return message ? [{ field: `${on}.${name}`.slice(0, 150), message }] : [];
  });
}

function problemOf(name: string, value: unknown): string | null {
  const text = JSON.stringify(value);
  if (name.trim() === '' || name.length > longestName) return `The name must have 1 to ${longestName} characters`;
  return text.length > longestValue ? `The value is longer than ${longestValue} characters` : null;
}
