import { Client, type ClientConfig } from 'pg';

/** Looks into the database while it comes and goes: every question waits until it is answered. */
export class Observer {
  private client: Client | null = null;

  constructor(private readonly url: string) {}

  /** Asks until PostgreSQL answers. @throws with PostgreSQL's word on a wrong question. */
  async ask<T>(sql: string, parameters: unknown[] = []): Promise<T[]> {
    for (;;) {
      try {
        const client = await this.connected();
        return (await client.query(sql, parameters)).rows as T[];
      } catch (error) {
        this.client = null;
        if (isOurFault(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  async close(): Promise<void> {
    await this.client?.end().catch(() => undefined);
  }

  private async connected(): Promise<Client> {
    if (this.client) return this.client;
    const options: ClientConfig = { connectionString: this.url, connectionTimeoutMillis: 2_000 };
    const client = new Client(options);
    client.on('error', () => undefined);
    await client.connect();
    this.client = client;
    return client;
  }
}

/** Syntax and names (SQLSTATE class 42, 22): no waiting will mend them. */
function isOurFault(error: unknown): boolean {
  return /^(42|22)/.test((error as { code?: string }).code ?? '');
}
