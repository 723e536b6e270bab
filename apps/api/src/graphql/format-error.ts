import { AppError, newId, redactText } from '@libs/foundation';
import { isRetryable, Log } from '@libs/platform';
import { HttpException } from '@nestjs/common';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';

const log = new Log('error');
const codesByStatus: Record<number, string> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
};

/**
 * What a caller sees of an error that is no user error: known refusals by their code, anything unexpected as a
 * neutral message with an id under which the log has the rest.
 */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const original = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  const place = { path: formatted.path, locations: formatted.locations };
  if (original instanceof HttpException) {
    return {
      ...place,
      message: messageOf(original),
      extensions: { code: codesByStatus[original.getStatus()] ?? 'REFUSED' },
    };
  }
  if (original instanceof AppError) {
    return { ...place, message: redactText(original.message), extensions: { code: original.code } };
  }
  if (original instanceof GraphQLError)
    return { ...place, message: formatted.message, extensions: { code: formatted.extensions?.code } };
  if (codeOf(original) === malformedId) {
    return { ...place, message: 'An id or a cursor has a wrong form', extensions: { code: 'BAD_REQUEST' } };
  }
  if (unstorableText.includes(codeOf(original) ?? '')) {
    return { ...place, message: 'A text holds a character that cannot be stored', extensions: { code: 'BAD_REQUEST' } };
  }
  const errorId = newId();
  log.failure('graphql.unexpected', original, { errorId });
  const message = isRetryable(original)
    ? 'The service is busy; try again in a few seconds'
    : 'Something went wrong on our side';
  return { ...place, message, extensions: { code: 'INTERNAL', errorId } };
}

/** SQLSTATE of a text that is no UUID. */
const malformedId = '22P02';
/** SQLSTATEs of a zero byte in a text and in a JSON value. */
const unstorableText = ['22021', '22P05'];

function codeOf(error: unknown): string | undefined {
  return (error as { driverError?: { code?: string } }).driverError?.code;
}

function messageOf(error: HttpException): string {
  const response = error.getResponse();
  if (typeof response === 'string') return response;
  const { message } = response as { message?: string | string[] };
  return Array.isArray(message) ? message.join('; ') : (message ?? error.message);
}
