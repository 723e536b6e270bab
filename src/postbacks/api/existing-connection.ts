import { ConnectionNotFoundError, ConnectionsService } from '@modules/connections';
import { Injectable, NotFoundException } from '@nestjs/common';

/** Answers a download of a connection that the project does not have with 404. */
@Injectable()
export class ExistingConnection {
  constructor(private readonly connections: ConnectionsService) {}

  /** @throws {NotFoundException} */
  async assert(projectId: string, connectionId: string): Promise<void> {
    await this.connections.get(projectId, connectionId).catch((error: unknown) => {
      if (error instanceof ConnectionNotFoundError) throw new NotFoundException(error.message);
      throw error;
    });
  }
}
