import { type ArgumentsHost, Catch, type ExceptionFilter, HttpStatus } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { RegistrationLimitError } from '../domain/registration-limit';

/** Answers 429 with Retry-After when an app takes no more newcomers for now. */
@Catch(RegistrationLimitError)
export class RegistrationLimitFilter implements ExceptionFilter<RegistrationLimitError> {
  catch({ message, code, retryAfterSeconds }: RegistrationLimitError, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const statusCode = HttpStatus.TOO_MANY_REQUESTS;
    void reply.header('retry-after', String(retryAfterSeconds)).status(statusCode).send({ statusCode, code, message });
  }
}
