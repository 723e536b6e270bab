/** Where a request is. SUPERSEDED: the campaign was edited, submitted again or put away before anybody decided. */
export const approvalStates = ['PENDING', 'APPROVED', 'RETURNED', 'SUPERSEDED'] as const;

/** One of {@link approvalStates}. */
export type ApprovalState = (typeof approvalStates)[number];

/** What is to be launched: a campaign for Optimove, or one that is sent from here. */
export const approvalKinds = ['CAMPAIGN', 'DIRECT'] as const;

/** One of {@link approvalKinds}. */
export type ApprovalKind = (typeof approvalKinds)[number];
