import { Transactions, type Tx } from '@libs/platform';
import { Contactability } from '@modules/profiles';
import { type Actor, AuditTrail } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { type SubscriptionSetting, usualModes } from '../domain/subscription-status';
import { type SubscriptionChoice, SubscriptionSettingRepository } from '../persistence/subscription-setting.repository';
import { SubscriptionTargetRepository } from '../persistence/subscription-target.repository';
import { StopWalk } from './stop-walk';

/** What a person asks for; what is absent stays. */
export interface SubscriptionRequest {
  /** The version that was seen; 0 where nothing was set yet. */
  version: number;
  isOn?: boolean;
  subscribedMode?: number;
  unsubscribedMode?: number;
  /** That Optimove means these modes, as agreed with them. */
  isMappingConfirmed?: boolean;
  emailChannelId?: number | null;
}

/** Why nothing was changed. */
export type SubscriptionProblem = 'NOT_ALLOWED' | 'MAPPING_UNCONFIRMED' | 'SAME_MODES' | 'STALE' | 'OFF';

/** Switches subscription status to Optimove on and off, each change audited. */
@Injectable()
export class ManageSubscriptions {
  constructor(
    private readonly transactions: Transactions,
    private readonly settings: SubscriptionSettingRepository,
    private readonly targets: SubscriptionTargetRepository,
    private readonly contactability: Contactability,
    private readonly stopWalk: StopWalk,
    private readonly audit: AuditTrail,
  ) {}

  /** Lets a project post subscription status, or no longer: then it goes off everywhere in the project. */
  allow(actor: Actor, isAllowed: boolean): Promise<void> {
    return this.transactions.run(async (tx) => {
      const { projectId } = actor;
      if (isAllowed) await this.settings.allow(tx, projectId, actor.label);
      else await this.disallow(tx, projectId);
      const action = isAllowed ? 'subscription-postback.allowed' : 'subscription-postback.disallowed';
      await this.audit.record(tx, actor, { action, subject: { type: 'project', id: projectId } });
    });
  }

  /** Turning it on, other modes or another e-mail channel have everyone posted; other modes even where Optimove answered before. */
  save(actor: Actor, connectionId: string, request: SubscriptionRequest): Promise<SubscriptionProblem | null> {
    return this.transactions.run(async (tx) => {
      const { projectId } = actor;
      const before = await this.settings.find(tx, projectId, connectionId);
      const choice = choiceOf(before, request, actor.label);
      const problem = await this.problemOf(tx, projectId, choice);
      if (problem) return problem;
      const after = await this.settings.save(tx, { projectId, connectionId, version: request.version }, choice);
      if (!after) return 'STALE';
      if (after.isOn) await this.prepare(tx, before, after);
      else await this.stopWalk.run(tx, after, 'It was switched off');
      const subject = { type: 'connection', id: connectionId };
      const action = 'subscription-postback.changed';
      await this.audit.record(tx, actor, { action, subject, before: before && shown(before), after: shown(after) });
      return null;
    });
  }

  /** Posts everyone's state again, whatever Optimove acknowledged before. */
  postAll(actor: Actor, connectionId: string): Promise<SubscriptionProblem | null> {
    return this.transactions.run(async (tx) => {
      const setting = await this.settings.find(tx, actor.projectId, connectionId);
      if (!setting?.isOn) return 'OFF';
      await this.walkAnew(tx, setting, { postsAgain: true });
      const subject = { type: 'connection', id: connectionId };
      await this.audit.record(tx, actor, { action: 'subscription-postback.all-posted-again', subject });
      return null;
    });
  }

  private async disallow(tx: Tx, projectId: string): Promise<void> {
    await this.stopWalk.run(tx, { projectId, connectionId: null }, 'Posting was no longer allowed');
    await this.settings.disallow(tx, projectId);
  }

  private async problemOf(tx: Tx, projectId: string, choice: SubscriptionChoice): Promise<SubscriptionProblem | null> {
    if (choice.subscribedMode === choice.unsubscribedMode) return 'SAME_MODES';
    if (!choice.isOn) return null;
    if (!(await this.settings.allowance(tx, projectId))) return 'NOT_ALLOWED';
    return choice.confirmedBy === null ? 'MAPPING_UNCONFIRMED' : null;
  }

  private async prepare(tx: Tx, before: SubscriptionSetting | null, after: SubscriptionSetting): Promise<void> {
    await this.contactability.watch(tx, after.projectId);
    const isTurnedOn = !before?.isOn;
    const hasOtherModes = before !== null && !isSame(before, after, ['subscribedMode', 'unsubscribedMode']);
    const hasOtherChannel = before !== null && !isSame(before, after, ['emailChannelId']);
    if (!isTurnedOn && !hasOtherModes && !hasOtherChannel) return;
    await this.walkAnew(tx, after, { postsAgain: hasOtherModes });
  }

  private async walkAnew(tx: Tx, setting: SubscriptionSetting, how: { postsAgain: boolean }): Promise<void> {
    await this.stopWalk.run(tx, setting, 'It began anew');
    await this.targets.release(tx, setting.connectionId);
    await this.settings.askForWalk(tx, setting.connectionId, how);
  }
}

/** A confirmation is of two numbers: other numbers need another one. */
function choiceOf(before: SubscriptionSetting | null, request: SubscriptionRequest, label: string): SubscriptionChoice {
  const subscribedMode = request.subscribedMode ?? before?.subscribedMode ?? usualModes.subscribed;
  const unsubscribedMode = request.unsubscribedMode ?? before?.unsubscribedMode ?? usualModes.unsubscribed;
  const modes = { subscribedMode, unsubscribedMode };
  const kept = before && isSame(before, modes, ['subscribedMode', 'unsubscribedMode']) ? before.confirmedBy : null;
  return {
    ...modes,
    isOn: request.isOn ?? before?.isOn ?? false,
    emailChannelId: request.emailChannelId === undefined ? (before?.emailChannelId ?? null) : request.emailChannelId,
    confirmedBy: confirmation(request.isMappingConfirmed, kept, label),
  };
}

function confirmation(isConfirmed: boolean | undefined, kept: string | null, label: string): string | null {
  if (isConfirmed === undefined) return kept;
  return isConfirmed ? (kept ?? label) : null;
}

function isSame<T extends object>(one: T, other: T, names: (keyof T)[]): boolean {
  return names.every((name) => one[name] === other[name]);
}

function shown({ isOn, subscribedMode, unsubscribedMode, confirmedBy, emailChannelId }: SubscriptionSetting): object {
  return { isOn, subscribedMode, unsubscribedMode, confirmedBy, emailChannelId };
}
