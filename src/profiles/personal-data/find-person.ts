import { query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { type Person, PersonalData } from './personal-data';

/** Finds a person by their user ID, or by the id under which Optimove alone knows them. */
@Injectable()
export class FindPerson {
  constructor(private readonly data: PersonalData) {}

  /** Nobody is unknown: Optimove may have named somebody of whom the project has no profile. */
  async find(tx: Tx, projectId: string, userId: string): Promise<Person> {
    const [profile] = await query<Omit<Person, 'customerIds' | 'customers'> & { profileId: string }>(
      tx,
      `SELECT id AS "profileId", email, mobile_number AS "mobileNumber" FROM profile WHERE project_id = $1 AND user_id = $2`,
      [projectId, userId],
    );
    if (!profile) return { profileId: null, customerIds: [userId], customers: [], email: null, mobileNumber: null };
    const customers = await this.data.customers(tx, projectId, profile.profileId);
    const customerIds = [...new Set([userId, ...customers.map(({ customerId }) => customerId)])];
    return { ...profile, customerIds, customers };
  }
}
