import type { Progress } from '../progress';
import type { GraphqlClient } from './graphql-client';
import type { SandboxControl } from './sandbox-control';

/** Where the demo runs and what it may use: public interfaces only. */
export interface DemoTarget {
  apiUrl: string;
  sandboxUrl: string;
  apiKey: string;
  controlKey: string | null;
  progress: Progress;
  signal: AbortSignal;
}

/** What every step of the demo gets. */
export interface DemoContext {
  api: GraphqlClient;
  sandbox: SandboxControl;
  progress: Progress;
  signal: AbortSignal;
  /** Tells what this run makes from what earlier ones made. */
  runName: string;
}
