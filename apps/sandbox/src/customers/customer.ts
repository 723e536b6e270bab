import { createHash } from 'node:crypto';
import { type CustomerMix, type Peculiarity, peculiarityAt } from './mix';

/** A made-up customer; the same seed, mix and number always make the same one. */
export interface Customer {
  customerId: string;
  peculiarity: Peculiarity | null;
  email: string;
  attributes: Record<string, string | null>;
  platform: 'ANDROID' | 'IOS';
  pushService: 'FCM' | 'APNS';
  deviceToken: string;
}

const games = ['Blackjack', 'Poker', 'Roulette', 'Slots', 'Bingo'];
const wrongNumbers = ['+447700900', '00447700900', '07700900', 'n/a '];

const indexDigits = 7;
/** Numbers that an ID has room for; customers in an audience can be no more. */
export const mostCustomers = 10 ** indexDigits;

/** The number of the customer with an ID, or null when the seed makes no such customer. */
export function indexOf(seed: number, customerId: string): number | null {
  const digits = customerId.slice(-indexDigits);
  return /^\d+$/.test(digits) && customerId === `A${seed}${digits}` ? Number(digits) : null;
}

/** What is peculiar about the customer of a number; cheaper than making the whole customer. */
export function peculiarityOf(seed: number, mix: CustomerMix, index: number): Peculiarity | null {
  return peculiarityAt(mix, numbersFrom(seed, index)());
}

/** Makes the customer of a number. */
export function makeCustomer(seed: number, mix: CustomerMix, index: number): Customer {
  const random = numbersFrom(seed, index);
  const peculiarity = peculiarityAt(mix, random());
  const subscriber = String(index).padStart(indexDigits, '0');
  const customerId = `A${seed}${subscriber}`;
  const mobileNumber = mobileNumberOf(peculiarity, index, `447${seed % 100}${subscriber}1`);
  const game = games[Math.floor(random() * games.length)] ?? 'Slots';
  const bonus = String(5 + Math.floor(random() * 46));
  const platform = random() < 0.7 ? 'ANDROID' : 'IOS';
  const pushService = platform === 'IOS' && random() < mix.apns ? 'APNS' : 'FCM';
  const email = `${customerId.toLowerCase()}@example.com`;
  return {
    customerId,
    peculiarity,
    email,
    attributes: {
      UserId: customerId,
      FirstName: `Player ${index}`,
      FavouriteGame: game,
      BonusAmount: bonus,
      MobileNumber: mobileNumber,
      Email: peculiarity === 'unmatched' ? null : email,
    },
    platform,
    pushService,
    deviceToken: pushService === 'APNS' ? apnsToken(customerId) : `token-${customerId}`,
  };
}

/** As Apple writes them; none begins like one that stands for something. */
function apnsToken(customerId: string): string {
  return `a0${createHash('sha256').update(customerId).digest('hex').slice(2)}`;
}

/** Attributes that customers have. */
export const attributeNames = ['UserId', 'FirstName', 'FavouriteGame', 'BonusAmount', 'MobileNumber', 'Email'];

/** Nobody knows a number of those whom no profile knows; some numbers have a wrong format. */
function mobileNumberOf(peculiarity: Peculiarity | null, index: number, usual: string): string | null {
  if (peculiarity === 'unmatched') return null;
  return peculiarity === 'badNumber' ? wrongNumber(index) : usual;
}

function wrongNumber(index: number): string {
  return `${wrongNumbers[index % wrongNumbers.length]}${index % 1000}`;
}

/** Numbers from 0 to 1 (mulberry32) that depend on seed and index alone. */
function numbersFrom(seed: number, index: number): () => number {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
