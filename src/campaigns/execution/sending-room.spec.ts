import { Accounts, type RoomRequest } from '@modules/channels';
import { AccountsNeeded } from './accounts-needed';
import type { ExecutionContext } from './execution-context';
import type { RenderedPerson } from './render-slice';
import { reserveRoom } from './sending-room';

const phones = { fcm: ['FCM', null], apns: ['APNS', 4] } as const;

/** A project with an account for each push service, of which Apple's has a limit of which `free` are left. */
function context(asked: { accountId: string; count: number }[], free: number): ExecutionContext {
  const senders = Object.entries(phones).map(([accountId, [serves, messagesPerSecond]]) => ({
    taking: { medium: 'MOBILE_PUSH' as const, serves, appId: null },
    account: {
      accountId,
      medium: 'MOBILE_PUSH',
      messagesPerSecond,
      reserve: async ({ count }: RoomRequest) => {
        asked.push({ accountId, count });
        return { count: Math.min(count, free), takeTimes: () => [], release: () => undefined };
      },
    },
  }));
  return { execution: { kind: 'SCHEDULED', project_id: 'p' }, senders: new Accounts(senders) } as never;
}

const people = [1, 2, 3, 4, 5, 6].map((seq) => ({
  seq,
  profileId: `profile-${seq}`,
  messages: new Map([['MOBILE_PUSH', {}]]),
})) as unknown as RenderedPerson[];

/** Profiles of even numbers have an iPhone with a token of APNs, the last of them two. */
const needed = new AccountsNeeded(
  { pool: null } as never,
  {
    reach: async (_tx: unknown, _projectId: string, profileIds: string[]) =>
      [...profileIds, 'profile-6'].map((profileId) => ({
        profileId,
        medium: 'MOBILE_PUSH',
        pushService: Number(profileId.at(-1)) % 2 === 0 ? 'APNS' : 'FCM',
        appId: null,
        isAddressable: true,
      })),
  } as never,
);

describe('room in the rate of accounts', () => {
  const reserve = async (free: number, asking = people) => {
    const asked: { accountId: string; count: number }[] = [];
    const given = context(asked, free);
    const accountsOf = await needed.of(given, asking);
    const room = await reserveRoom(given, { people: asking, accountsOf, until: Number.POSITIVE_INFINITY });
    return { asked, people: room?.people, rooms: [...(room?.rooms.keys() ?? [])] };
  };

  it('is booked for the phones that the limited account serves, and for no others', async () => {
    expect(await reserve(4)).toEqual({ asked: [{ accountId: 'apns', count: 4 }], people: 6, rooms: ['apns'] });
  });

  it('lets as many people through as it lasts for, those of other accounts among them', async () => {
    expect((await reserve(1)).people).toBe(3);
    expect((await reserve(2)).people).toBe(5);
    expect((await reserve(3)).people).toBe(5);
  });

  it('lets whoever has more phones than fit through all the same, as nobody behind them would get anything', async () => {
    expect((await reserve(1, [...people].reverse())).people).toBe(1);
  });
});
