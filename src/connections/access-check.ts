import { AppError } from '@libs/foundation';
import { type OptimoveClient, OptimoveUnauthorizedError } from '@libs/optimove-client';
import { OutboundGuard, OutboundRefusedError } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { ConnectionProblem } from './domain/connection-settings';
import { OptimoveClients } from './optimove-clients';

interface Access {
  endpoint: string;
  apiKey: string;
  callsPerSecond?: number;
}

const defaultCallsPerSecond = 4;

/** Asks Optimove whether a token works at an endpoint, before either is stored. */
@Injectable()
export class AccessCheck {
  constructor(
    private readonly clients: OptimoveClients,
    private readonly guard: OutboundGuard,
  ) {}

  /** What is wrong, by field; nothing when Optimove answered as it should. */
  async problems(access: Access): Promise<ConnectionProblem[]> {
    try {
      await this.guard.assertPublicHost(new URL(access.endpoint).hostname);
      await this.clientOf(access).checkAccess();
      return [];
    } catch (error) {
      return [problemOf(error)];
    }
  }

  /** The addresses that the account calls, whoever registered them; none where Optimove does not tell. */
  async listenerAddresses(access: Access): Promise<string[]> {
    try {
      const listeners = await this.clientOf(access).getRegisteredEventListeners();
      return listeners.map(({ listenerUrl }) => listenerUrl);
    } catch {
      return [];
    }
  }

  private clientOf({ endpoint, apiKey, callsPerSecond = defaultCallsPerSecond }: Access): OptimoveClient {
    return this.clients.forCheck({ endpoint, apiKey, callsPerSecond });
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
