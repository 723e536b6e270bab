import { AppError } from '@libs/foundation';

/** A fault as the Optimove client throws it. */
export class StandInFault extends AppError {
  constructor(
    readonly code: string,
    readonly retryable: boolean,
  ) {
    super(`Optimove said ${code}`);
  }
}

/** Keeps templates by channel and id, as Optimove does, and fails on demand. */
export class OptimoveStandIn {
  readonly templates = new Map<string, string>();
  fault: StandInFault | null = null;

  async addChannelTemplates(channelId: number, templates: { templateId: number; name: string }[]): Promise<void> {
    if (this.fault) throw this.fault;
    for (const { templateId, name } of templates) this.templates.set(`${channelId}/${templateId}`, name);
  }

  async deleteChannelTemplates(templates: { channelId: number; templateId: number }[]): Promise<void> {
    if (this.fault) throw this.fault;
    for (const { channelId, templateId } of templates) this.templates.delete(`${channelId}/${templateId}`);
  }
}
