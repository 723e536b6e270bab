import { execute, query, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** Whose room: an app's, or that of one client address at the app. */
export interface RoomOwner {
  projectId: string;
  appId: string;
  /** Empty: the app as a whole. */
  address: string;
}

/** What is left, and what has come back since; an hour fills it up. */
const left = `least($4::float8, r.room + $4::float8 * greatest(0, extract(epoch FROM now() - r.filled_at)) / 3600)`;

/** Room for newcomers of apps, shared by every process: as much as an hour allows, filled up steadily. */
@Injectable()
export class RegistrationRoomRepository {
  constructor(private readonly transactions: Transactions) {}

  /** Takes room for `count` of `perHour`, all or nothing. */
  async take(owner: RoomOwner, { count, perHour }: { count: number; perHour: number }): Promise<boolean> {
    const taken = await query(
      this.transactions.pool,
      `INSERT INTO registration_room AS r (project_id, app_id, address, room, filled_at)
       VALUES ($1, $2, $3, $4::float8 - $5::int, now())
       ON CONFLICT ON CONSTRAINT pk_registration_room
       DO UPDATE SET room = ${left} - $5::int, filled_at = greatest(r.filled_at, now()) WHERE ${left} >= $5::int
       RETURNING 1`,
      [owner.projectId, owner.appId, owner.address, perHour, count],
    );
    return taken.length > 0;
  }

  /** Drops rooms that nobody used for an hour: they are full again. @returns how many, at most `limit`. */
  forget(limit: number): Promise<number> {
    return execute(
      this.transactions.pool,
      `DELETE FROM registration_room WHERE ctid IN (
         SELECT ctid FROM registration_room WHERE filled_at < now() - interval '1 hour' LIMIT $1 FOR UPDATE SKIP LOCKED)`,
      [limit],
    );
  }
}
