/** Every state of a delivery: being handed over, waiting for another try, taken, refused, or handed over without an answer. */
export const deliveryStates = ['CLAIMED', 'RETRY', 'ACCEPTED', 'REJECTED', 'UNCERTAIN'] as const;

/** One of {@link deliveryStates}. */
export type DeliveryState = (typeof deliveryStates)[number];

/**
 * States in which the message has left or may have. What waits for another try or was refused has not, unless an attempt
 * before it was uncertain and somebody had it sent again.
 */
export const handedOverStates = ['CLAIMED', 'ACCEPTED', 'UNCERTAIN'] as const satisfies readonly DeliveryState[];
