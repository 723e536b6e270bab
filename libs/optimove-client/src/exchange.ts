import { OptimoveUnavailableError, OptimoveUnexpectedAnswerError } from './errors';

const largestAnswer = 256 * 1024 * 1024;
/** Faults that are neither Optimove's nor the network's, and that a further try would only meet again. */
const notOfTheNetwork = new Set(['OUTBOUND_REFUSED', 'UND_ERR_INVALID_ARG']);
/** No connection came about, so not a byte of the call can have arrived. */
const notConnected = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

/** The error of a call that broke off; what is neither Optimove's nor the network's stays as it is. */
export function brokenOff(path: string, cause: unknown): unknown {
  const { code = '' } = cause as { code?: string };
  if (notOfTheNetwork.has(code) || cause instanceof OptimoveUnexpectedAnswerError) return cause;
  const message = `Optimove did not answer ${path}: ${reasonOf(cause)}`;
  return new OptimoveUnavailableError(message, { cause, isUnsent: notConnected.has(code) });
}

/** The text of an answer. @throws {OptimoveUnexpectedAnswerError} when it is too large to hold. */
export async function readText(body: AsyncIterable<Buffer>, path: string): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > largestAnswer) {
      throw new OptimoveUnexpectedAnswerError(`The answer to ${path} is larger than ${largestAnswer} bytes`);
    }
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function reasonOf(cause: unknown): string {
  const { code, message } = cause as { code?: string; message?: string };
  return code ?? message ?? 'unknown reason';
}
