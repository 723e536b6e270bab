/** Bounds of the content and of what is rendered from it. */
export const messageLimits = {
  /** FCM and APNs take 4,096 bytes; the rest is for the keys that a provider adds. */
  pushBytes: 3_800,
  /** Push services take 3,993 bytes; the rest is for the delivery id and the names of the Notifications API. */
  webPushBytes: 3_650,
  /** From here on values of a few people may make a push message too large. */
  pushBytesNoticed: 2_000,
  variants: 10,
  pushButtons: 3,
  badge: 99_999,
  /** FCM keeps messages for at most 28 days. */
  ttlHours: 672,
  /** APNs takes 64 bytes. */
  collapseKeyBytes: 64,
  webPushButtons: 2,
  /** RFC 8030 §5.4. */
  topicLength: 32,
  /** Push services keep messages for at most four weeks. */
  webPushTtlHours: 672,
  closesAfterSeconds: 3_600,
  inAppButtons: 4,
  inAppHtmlBytes: 262_144,
  inboxTitleLength: 100,
  inboxBodyLength: 1_000,
  smsParts: 10,
  htmlBytes: 512_000,
  /** Common webmail clips above about 102 KB. */
  htmlBytesShownWhole: 100_000,
  titleLength: 200,
  bodyLength: 3_500,
  urlLength: 2_000,
  subjectLength: 255,
  subjectLengthShownWhole: 70,
  preheaderLength: 150,
  nameLength: 100,
  addressLength: 254,
  smsTextLength: 5_000,
  dataKeys: 20,
} as const;

/** How long one slice of at most {@link sliceSize} people may take to render. */
export const sliceTimeLimitMs = 2_000;

/**
 * So many time limits in a row that were not kept tell a template that runs away. The time is that of the wall, so a process
 * that stood still for as long looks like one once; after the first it goes on from the same person. What runs away costs
 * twice the limit then, and once more the limit each time that it is rendered again.
 */
export const timeoutsBelieved = 2;

/** People per time limit. */
export const sliceSize = 100;
