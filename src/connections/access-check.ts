import { AppError } from '@libs/foundation';
import { OptimoveUnauthorizedError } from '@libs/optimove-client';
import { OutboundGuard, OutboundRefusedError } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { ConnectionProblem } from './domain/connection-settings';
import { OptimoveClients } from './optimove-clients';

interface Access {
  endpoint: string;
  apiKey: string;
  callsPerSecond: number;
}

/** Asks Optimove whether a token works at an endpoint, before either is stored. */
@Injectable()
export class AccessCheck {
  constructor(
    private readonly clients: OptimoveClients,
    private readonly guard: OutboundGuard,
  ) {}

  /** What is wrong, by field; nothing when Optimove answered as it should. */
  async problems({
    endpoint,
    apiKey,
    callsPerSecond = 4,
  }: Partial<Access> & Omit<Access, 'callsPerSecond'>): Promise<ConnectionProblem[]> {
    try {
      await this.guard.assertPublicHost(new URL(endpoint).hostname);
      await this.clients.forCheck({ endpoint, apiKey, callsPerSecond }).checkAccess();
      return [];
    } catch (error) {
      return [problemOf(error)];
    }
  }
}

function problemOf(error: unknown): ConnectionProblem {
  if (error instanceof OptimoveUnauthorizedError) {
    return {
      code: 'TOKEN_REFUSED',
      path: ['apiToken'],
      message:
        'Optimove refused this API token at this endpoint (401); ask your Optimove account manager for the token',
    };
  }
  if (error instanceof OutboundRefusedError) return { code: 'INVALID', path: ['endpoint'], message: error.message };
  if (error instanceof AppError) {
    return {
      code: 'ENDPOINT_UNREACHABLE',
      path: ['endpoint'],
      message: `Optimove did not answer at this endpoint as expected: ${error.message}`,
    };
  }
  const { code } = error as { code?: unknown };
  return {
    code: 'ENDPOINT_UNREACHABLE',
    path: ['endpoint'],
    message: `The endpoint cannot be reached${typeof code === 'string' ? ` (${code})` : ''}; check its host name`,
  };
}
