import { randomBytes } from 'node:crypto';
import { isUuid, newId } from '@libs/foundation';
import { type InputProblem, SecretBox, Transactions, type Tx } from '@libs/platform';
import { type Actor, AuditTrail } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { newCredential, type Platform } from '../domain/app';
import { defaultPerAddress, defaultPerHour } from '../domain/registration-limit';
import { AppEntity } from '../persistence/app.entity';

/** Why a change of an app was refused. */
export type AppProblemCode = 'INVALID' | 'NOT_FOUND' | 'CONFLICT' | 'NAME_TAKEN';

/** A refusal at a field. */
export interface AppProblem extends InputProblem {
  code: AppProblemCode;
}

/** What became of a change. Secrets are given out here, once, and can never be read again. */
export interface AppOutcome {
  app: AppEntity | null;
  sdkKey?: string;
  identitySecret?: string;
  problems: AppProblem[];
}

/** What can be changed of an app. */
export interface AppChange {
  name?: string | null;
  isEnabled?: boolean | null;
  rotateSdkKey?: boolean | null;
  /** True makes a new identity secret, false lets devices report any user ID. */
  requiresProof?: boolean | null;
  registrationsPerHour?: number | null;
  registrationsPerAddress?: number | null;
}

const nameTaken: AppProblem = {
  code: 'NAME_TAKEN',
  path: ['name'],
  message: 'Another app of this project has this name; choose one that tells them apart',
};
const notFound: AppProblem = {
  code: 'NOT_FOUND',
  path: ['id'],
  message: 'This project has no such app; list apps to see their ids',
};
const conflict: AppProblem = {
  code: 'CONFLICT',
  path: ['version'],
  message: 'Somebody changed this app meanwhile; read it again and repeat your change',
};

/** Apps and sites of a project, whose installations speak to the SDK API. */
@Injectable()
export class ManageApps {
  constructor(
    private readonly transactions: Transactions,
    private readonly audit: AuditTrail,
    private readonly secrets: SecretBox,
  ) {}

  list(projectId: string): Promise<AppEntity[]> {
    return this.transactions.pool.find(AppEntity, { where: { projectId }, order: { id: 'ASC' }, take: 200 });
  }

  async create(actor: Actor, { name, platform }: { name: string; platform: Platform }): Promise<AppOutcome> {
    const { secret, hash, hint } = newCredential('xps_');
    const app = Object.assign(new AppEntity(), {
      id: newId(),
      projectId: actor.projectId,
      name,
      platform,
      sdkKeyHash: hash,
      sdkKeyHint: hint,
      identitySecret: null,
      isEnabled: true,
      registrationsPerHour: defaultPerHour,
      registrationsPerAddress: defaultPerAddress,
      version: 1,
      createdAt: new Date(),
    });
    return this.transactions.run(async (tx) => {
      if (await isTaken(tx, app)) return { app: null, problems: [nameTaken] };
      await tx.insert(AppEntity, app);
      await this.remember(tx, actor, { action: 'app.created', app });
      return { app, sdkKey: secret, problems: [] };
    });
  }

  /** Changes what is given. A rotated key stops working at once; a disabled app's devices are refused. */
  async update(
    actor: Actor,
    { id, version, ...change }: AppChange & { id: string; version: number },
  ): Promise<AppOutcome> {
    return this.transactions.run(async (tx) => {
      const app = isUuid(id)
        ? await tx.findOne(AppEntity, {
            where: { projectId: actor.projectId, id },
            lock: { mode: 'pessimistic_write' },
          })
        : null;
      if (!app) return { app: null, problems: [notFound] };
      if (app.version !== version) return { app: null, problems: [conflict] };
      const before = shown(app);
      const given = this.apply(app, change);
      if (await isTaken(tx, app)) return { app: null, problems: [nameTaken] };
      app.version += 1;
      await tx.save(app);
      await this.remember(tx, actor, { action: 'app.updated', app, before });
      return { app, ...given, problems: [] };
    });
  }

  private apply(app: AppEntity, change: AppChange): { sdkKey?: string; identitySecret?: string } {
    const given: { sdkKey?: string; identitySecret?: string } = {};
    app.name = change.name ?? app.name;
    app.isEnabled = change.isEnabled ?? app.isEnabled;
    app.registrationsPerHour = change.registrationsPerHour ?? app.registrationsPerHour;
    app.registrationsPerAddress = change.registrationsPerAddress ?? app.registrationsPerAddress;
    if (change.rotateSdkKey) {
      const { secret, hash, hint } = newCredential('xps_');
      Object.assign(app, { sdkKeyHash: hash, sdkKeyHint: hint });
      given.sdkKey = secret;
    }
    if (change.requiresProof === false) app.identitySecret = null;
    if (change.requiresProof) {
      given.identitySecret = randomBytes(32).toString('base64url');
      app.identitySecret = this.secrets.seal(given.identitySecret, app.id);
    }
    return given;
  }

  private remember(
    tx: Tx,
    actor: Actor,
    { action, app, before }: { action: string; app: AppEntity; before?: object },
  ): Promise<void> {
    const change = before ? { before, after: shown(app) } : { after: shown(app) };
    return this.audit.record(tx, actor, { action, subject: { type: 'app', id: app.id }, ...change });
  }
}

function shown({ identitySecret, ...app }: AppEntity): object {
  const { name, platform, isEnabled, sdkKeyHint, registrationsPerHour, registrationsPerAddress } = app;
  const limits = { registrationsPerHour, registrationsPerAddress };
  return { name, platform, isEnabled, sdkKeyHint, ...limits, requiresProof: identitySecret !== null };
}

async function isTaken(tx: Tx, { id, projectId, name }: AppEntity): Promise<boolean> {
  const other = await tx.findOneBy(AppEntity, { projectId, name });
  return other !== null && other.id !== id;
}
