import type { FieldProblem } from './field-problem';

/** For so long the token of a deleted connection is kept: by it what it left at Optimove is taken back. */
export const tokenKeptHours = 24;

const shortestKeptHint = 12;

/** What may be shown of a token: its last four characters, and nothing of a short one. */
export function hintOf(token: string): string {
  return token.length >= shortestKeptHint ? `…${token.slice(-4)}` : '…';
}

/** Whether two endpoints are one address, however the host is spelled or the usual port named. Both must be URLs. */
export function isSameEndpoint(one: string, other: string): boolean {
  return new URL(one).href === new URL(other).href;
}

/** The problem of an endpoint as typed, or null. `allowsHttp` is for a sandbox on the own machine. */
export function endpointProblem(endpoint: string, allowsHttp: boolean): FieldProblem | null {
  const problem = (message: string): FieldProblem => ({ path: ['endpoint'], message });
  const url = URL.canParse(endpoint) ? new URL(endpoint) : null;
  const isSecure = endpoint.startsWith('https://') || (allowsHttp && endpoint.startsWith('http://'));
  if (!url || !isSecure) {
    return problem('The endpoint must start with https://, such as https://api5.optimove.net/current/');
  }
  if (!endpoint.endsWith('/'))
    return problem('The endpoint must end with /, such as https://api5.optimove.net/current/');
  if (url.username || url.password) return problem('The endpoint must not contain a user name or password');
  if (url.search || url.hash) return problem('The endpoint must not contain ? or #');
  return null;
}
