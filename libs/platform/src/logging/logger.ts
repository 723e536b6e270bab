import { redact, redactText } from '@libs/foundation';
import type { LoggerService } from '@nestjs/common';
import pino, { type Logger as Pino } from 'pino';

/** Structured log: one event name per line, ids and counts as fields, never contents or secrets. */
export class Log implements LoggerService {
  private readonly pino: Pino;

  constructor(level = 'info', bindings: Record<string, unknown> = {}) {
    this.pino = pino({ level, base: bindings });
  }

  /** Writes one event, e.g. `execution.frozen`, with its redacted fields. */
  event(name: string, fields: Record<string, unknown> = {}, level: 'debug' | 'info' | 'warn' | 'error' = 'info'): void {
    if (this.pino.isLevelEnabled(level)) this.pino[level](redact(fields) as object, name);
  }

  /** Writes a failure with its code and message; the stack only at debug level. */
  failure(name: string, error: unknown, fields: Record<string, unknown> = {}): void {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    const code = (error as { code?: unknown } | null)?.code;
    this.event(name, { ...fields, code, reason: message }, 'error');
    if (stack) this.pino.debug(redactText(stack));
  }

  log(message: unknown, context?: string): void {
    this.pino.debug({ context }, redactText(String(message)));
  }

  error(message: unknown, stack?: string, context?: string): void {
    this.pino.error({ context, stack: stack ? redactText(stack) : undefined }, redactText(String(message)));
  }

  warn(message: unknown, context?: string): void {
    this.pino.warn({ context }, redactText(String(message)));
  }
}
