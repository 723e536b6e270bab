/** What became of a message, in the words of a delivery receipt. */
export type FinalState = 'DELIVRD' | 'UNDELIV';

const receiptEsmClass = 0x04;
const messageStates: Record<FinalState, number> = { DELIVRD: 2, UNDELIV: 5 };

/** One part that reached its final state. */
export interface FinishedPart {
  messageId: string;
  from: string;
  to: string;
  text: string;
  state: FinalState;
  submittedAt: Date;
}

/** The members of the `deliver_sm` that reports the part, in the format of SMPP 3.4 appendix B. */
export function receiptOf(part: FinishedPart, doneAt = new Date()): Record<string, unknown> {
  const { messageId, state } = part;
  const delivered = state === 'DELIVRD';
  const fields = [
    `id:${messageId}`,
    'sub:001',
    `dlvrd:${delivered ? '001' : '000'}`,
    `submit date:${minutes(part.submittedAt)}`,
    `done date:${minutes(doneAt)}`,
    `stat:${state}`,
    `err:${delivered ? '000' : '001'}`,
    `text:${part.text.replace(/[^\x20-\x7e]/g, '?').slice(0, 20)}`,
  ];
  return {
    source_addr: part.to,
    destination_addr: part.from,
    esm_class: receiptEsmClass,
    short_message: fields.join(' '),
    receipted_message_id: messageId,
    message_state: messageStates[state],
  };
}

/** `YYMMDDhhmm`, in UTC. */
function minutes(at: Date): string {
  return at.toISOString().replace(/\D/g, '').slice(2, 12);
}
