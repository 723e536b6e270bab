import { roadPeople } from './roads';
import { addressesOf, type RoadsWorld } from './roads-world';

/** Every message that came to the far ends since they were cleared, as `origin medium user ID`. */
export function received({ product, phones }: RoadsWorld): Set<string> {
  const { mobilePush, webPush, email, sms } = product.farEnds.inbox.report();
  const owners = new Map(roadPeople.flatMap((person) => addressesOf(person).map((each) => [each, person.userId])));
  const ownerOf = (address: string): string => owners.get(address.toLowerCase()) ?? address;
  return new Set([
    ...mobilePush.last.map(({ title, token }) => `${title} MOBILE_PUSH ${token.slice('token-'.length)}`),
    ...webPush.last.map(({ title, endpoint }) => `${title} WEB_PUSH ${phones.ownerOf(endpoint)}`),
    ...email.last.map(({ subject, to }) => `${subject} EMAIL ${ownerOf(to)}`),
    ...sms.last.map(({ text, to }) => `${text} SMS ${ownerOf(to)}`),
  ]);
}
