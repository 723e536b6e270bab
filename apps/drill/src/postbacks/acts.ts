/** What is counted of a person, once. */
export const deeds = ['DELIVERED', 'OPENED', 'CLICKED', 'UNSUBSCRIBED', 'COMPLAINED', 'BOUNCED'] as const;

/** One of {@link deeds}. */
export type Deed = (typeof deeds)[number];

/** What people, their programs and providers do with messages. */
export const acts = [
  'mail-delivered',
  'mail-opened',
  'mail-fetched-by-program',
  'mail-clicked',
  'mail-left',
  'mail-hard-bounce',
  'mail-soft-bounce',
  'mail-complaint',
  'chose-all',
  'chose-mail',
  'chose-texts',
  'chose-nothing',
  'text-stop',
  'text-start',
  'push-displayed',
  'push-opened',
  'push-clicked',
  'push-dismissed',
  'push-off',
  'push-on',
] as const;

/** One of {@link acts}. */
export type Act = (typeof acts)[number];

/** How somebody is reached. */
export type Road = 'email' | 'sms' | 'push';

/** What an act means: what it counts as, what its person says about a road, and which address is dead from then on. */
export interface Meaning {
  deeds: Deed[];
  says?: Partial<Record<Road, boolean>>;
  kills?: 'email';
}

/** By the rules of the product: what is opened has arrived, what is clicked was opened, and programs count for nothing. */
export const meanings: Record<Act, Meaning> = {
  'mail-delivered': { deeds: ['DELIVERED'] },
  'mail-opened': { deeds: ['DELIVERED', 'OPENED'] },
  'mail-fetched-by-program': { deeds: [] },
  'mail-clicked': { deeds: ['DELIVERED', 'OPENED', 'CLICKED'] },
  'mail-left': { deeds: ['UNSUBSCRIBED'], says: { email: false } },
  'mail-hard-bounce': { deeds: ['BOUNCED'], kills: 'email' },
  'mail-soft-bounce': { deeds: ['BOUNCED'] },
  'mail-complaint': { deeds: ['COMPLAINED'] },
  'chose-all': { deeds: [], says: { email: true, sms: true } },
  'chose-mail': { deeds: [], says: { email: true, sms: false } },
  'chose-texts': { deeds: [], says: { email: false, sms: true } },
  'chose-nothing': { deeds: [], says: { email: false, sms: false } },
  'text-stop': { deeds: ['UNSUBSCRIBED'], says: { sms: false } },
  'text-start': { deeds: [], says: { sms: true } },
  'push-displayed': { deeds: ['DELIVERED'] },
  'push-opened': { deeds: ['DELIVERED', 'OPENED'] },
  'push-clicked': { deeds: ['DELIVERED', 'OPENED', 'CLICKED'] },
  'push-dismissed': { deeds: ['DELIVERED'] },
  'push-off': { deeds: [], says: { push: false } },
  'push-on': { deeds: [], says: { push: true } },
};
