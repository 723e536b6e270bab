import { bounceCategories, classifyBounce, isPermanent } from './bounce';

describe('a bounce', () => {
  it.each([
    ['550 5.1.1 <kim@example.com>: Recipient address rejected: User unknown', 'BAD_MAILBOX'],
    ['550-5.1.1 The email account that you tried to reach does not exist', 'BAD_MAILBOX'],
    ['550 No such user here', 'BAD_MAILBOX'],
    ['550 No such user here, returned to sender', 'BAD_MAILBOX'],
    ['550 Returned to sender: unknown user', 'BAD_MAILBOX'],
    [
      '550-Verification failed for <news@example.com>\n550-No Such User Here\n550 Sender verify failed',
      'POLICY_RELATED',
    ],
    ['550 Sender callout verification failed: no such user', 'POLICY_RELATED'],
    ['553 Domain of sender address does not exist', 'POLICY_RELATED'],
    ['550 5.1.8 <news@example.com>: Sender address rejected: Domain not found', 'POLICY_RELATED'],
    ['550 5.0.0 Unknown sender', 'POLICY_RELATED'],
    ['554 delivery error: This user does not exist', 'BAD_MAILBOX'],
    ['550 5.1.0 Recipient is on the suppression list', 'SUPPRESSED'],
    ['550 previously hard bounced address', 'SUPPRESSED'],
    ['552 5.2.2 Mailbox full', 'MAILBOX_FULL'],
    ['452 4.2.2 The account is over quota', 'MAILBOX_FULL'],
    ['450 4.7.1 Greylisted, try again', 'POLICY_RELATED'],
    ['451 4.3.0 Try again later', 'TEMPORARILY_DEFERRED'],
    ['450 4.1.1 Mailbox not verified yet', 'TEMPORARILY_DEFERRED'],
    ['421 Too busy', 'TEMPORARILY_DEFERRED'],
    ['552 5.3.4 Message too big', 'CONTENT_REJECTED'],
    ['554 5.6.0 Malformed header', 'CONTENT_REJECTED'],
    ['550 5.7.26 Unauthenticated mail is not accepted', 'POLICY_RELATED'],
    ['554 5.7.1 Message rejected as spam', 'SPAM_RELATED'],
    ['550 5.7.1 Listed by Spamhaus', 'SPAM_RELATED'],
    ['550 5.2.1 The account is disabled', 'MAILBOX_INACTIVE'],
    ['550 Account deactivated', 'MAILBOX_INACTIVE'],
    ['554 5.4.4 Unable to route', 'BAD_DOMAIN'],
    ['550 5.1.2 Host unknown', 'BAD_DOMAIN'],
    ['556 5.1.10 Domain does not take mail (null MX)', 'BAD_DOMAIN'],
    ['441 4.4.1 No answer from host', 'NO_ANSWER_FROM_HOST'],
    ['4.4.2 Connection dropped', 'NETWORK_ERRORS'],
    ['5.4.7 Delivery time expired', 'MESSAGE_EXPIRED'],
    ['550 Refused', 'OTHER'],
    ['', 'OTHER'],
  ])('"%s" is %s', (text, category) => {
    expect(classifyBounce(text)).toBe(category);
  });

  it('goes by the status that a report names apart from the words', () => {
    expect(classifyBounce('smtp; 550 Refused', '5.1.1')).toBe('BAD_MAILBOX');
    expect(classifyBounce('smtp; 450 not now', '4.2.2')).toBe('MAILBOX_FULL');
  });

  it('kills an address for three reasons alone', () => {
    expect(bounceCategories.filter(isPermanent)).toEqual(['BAD_MAILBOX', 'SUPPRESSED', 'UNKNOWN_NUMBER']);
  });
});
