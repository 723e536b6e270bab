import type { Tx } from '@libs/platform';
import { ProfilesService } from '@modules/profiles';
import type { GateDecision } from '@modules/suppression';
import { Injectable } from '@nestjs/common';
import type { Drop } from '../domain/execution/end-state';
import { DeliveryRepository } from '../persistence/ledger/delivery.repository';
import type { ExecutionContext } from './execution-context';

const drop: Drop = { state: 'DUPLICATE', detail: 'The phone got it already, before its person signed in' };

/** What is left of the decisions of a slice, and why the rest is left out. */
export interface NotSentBefore {
  decisions: GateDecision[];
  leftOut: { decision: GateDecision; drop: Drop }[];
}

/** Whoever signs in while a Direct campaign goes out has got it on this phone as the anonymous person they were. */
@Injectable()
export class SentBeforeSignIn {
  constructor(
    private readonly profiles: ProfilesService,
    private readonly deliveries: DeliveryRepository,
  ) {}

  /** Only takes away. */
  async leaveOut(tx: Tx, { execution }: ExecutionContext, decisions: GateDecision[]): Promise<NotSentBefore> {
    const phones = execution.kind === 'DIRECT' ? decisions.flatMap(phoneOf) : [];
    if (phones.length === 0) return { decisions, leftOut: [] };
    const before = await this.profiles.signedInFrom(tx, execution.project_id, phones);
    const sent = await this.deliveries.phonesOf(tx, execution.id, before);
    const isSent = (decision: GateDecision): boolean => phoneOf(decision).some((id) => sent.has(id));
    return {
      decisions: decisions.filter((decision) => !isSent(decision)),
      leftOut: decisions.filter(isSent).map((decision) => ({ decision, drop })),
    };
  }
}

/** The device of a push message that may go out. */
function phoneOf(decision: GateDecision): string[] {
  const isPush = decision.medium === 'MOBILE_PUSH' || decision.medium === 'WEB_PUSH';
  return isPush && decision.isAllowed ? [decision.addressKey] : [];
}
