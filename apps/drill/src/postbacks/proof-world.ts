/** A running product with the sandbox, as far as the proof of postbacks needs it. */
export interface ProofWorld {
  apiUrl: string;
  /** Key of the project's administrator. */
  apiKey: string;
  sandboxUrl: string;
  /** Those that the api signs links with. */
  encryptionKeys: string;
  /** Asks the database. */
  ask<T>(sql: string, parameters?: unknown[]): Promise<T[]>;
  /** Kills a worker in the middle of whatever it does, and starts it again. */
  crashWorker(): Promise<void>;
  /** Does the same with the api. */
  crashApi(): Promise<void>;
}

/** How much of everything. */
export interface ProofSize {
  customers: number;
  faults: number;
  seed: number;
}
