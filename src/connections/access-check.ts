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
  /** Whether the account may be one that the project knows by the addresses that it calls. */
  isNewAddress: boolean;
}

/** What Optimove answered. */
interface Answers {
  /** What is wrong, by field; nothing when it answered as it should. */
  problems: ConnectionProblem[];
  /** The addresses that the account calls, whoever registered them; none where Optimove does not tell. */
  listenerAddresses: string[];
}

const defaultCallsPerSecond = 4;

/** Asks Optimove whether a token works at an endpoint, before either is stored. */
@Injectable()
export class AccessCheck {
  constructor(
    private readonly clients: OptimoveClients,
    private readonly guard: OutboundGuard,
  ) {}

  /** Also which addresses a new account calls: for want of an answer it would be another account for ever. */
  async ask({ endpoint, apiKey, callsPerSecond = defaultCallsPerSecond, isNewAddress }: Access): Promise<Answers> {
    try {
      await this.guard.assertPublicHost(new URL(endpoint).hostname);
      const client = this.clients.forCheck({ endpoint, apiKey, callsPerSecond });
      await client.checkAccess();
      return { problems: [], listenerAddresses: isNewAddress ? await addressesOf(client) : [] };
    } catch (error) {
      return { problems: [problemOf(error)], listenerAddresses: [] };
    }
  }
}

async function addressesOf(client: OptimoveClient): Promise<string[]> {
  try {
    const listeners = await client.getRegisteredEventListeners();
    return listeners.map(({ listenerUrl }) => listenerUrl);
  } catch (error) {
    if (error instanceof AppError && !error.retryable) return [];
    throw error;
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
    const remedy = error.retryable ? '; try again' : '';
    return {
      code: 'ENDPOINT_UNREACHABLE',
      path: ['endpoint'],
      message: `Optimove did not answer at this endpoint as expected: ${error.message}${remedy}`,
    };
  }
  const { code } = error as { code?: unknown };
  return {
    code: 'ENDPOINT_UNREACHABLE',
    path: ['endpoint'],
    message: `The endpoint cannot be reached${typeof code === 'string' ? ` (${code})` : ''}; check its host name`,
  };
}
