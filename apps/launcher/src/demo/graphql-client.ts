import { LauncherError } from '../errors';
import { requestJson } from './json-http';

interface Answer<T> {
  data?: T | null;
  errors?: { message: string; path?: (string | number)[] }[];
}

interface UserErrorAnswer {
  userErrors: { code: string; message: string; path: string[] | null }[];
}

/** Speaks the public GraphQL of the api with an API key, as any integration would. */
export class GraphqlClient {
  readonly apiUrl: string;
  readonly apiKey: string;

  constructor(private readonly target: { apiUrl: string; apiKey: string; signal: AbortSignal }) {
    this.apiUrl = target.apiUrl;
    this.apiKey = target.apiKey;
  }

  /** Runs one document. @throws {LauncherError} with every message the api gave. */
  async run<T>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
    const { data, errors } = await requestJson<Answer<T>>({
      method: 'POST',
      url: `${this.target.apiUrl}/graphql`,
      headers: { authorization: `Bearer ${this.target.apiKey}` },
      body: { query, variables },
      signal: this.target.signal,
    });
    if (errors?.length) throw new LauncherError(`GraphQL: ${errors.map(describeError).join('; ')}`);
    if (!data) throw new LauncherError('GraphQL answered without data');
    return data;
  }

  /** Runs a mutation of one field and returns its payload. @throws {LauncherError} naming the user errors. */
  async mutate<T>(query: string, input: Record<string, unknown>): Promise<T> {
    const data = await this.run<Record<string, T & UserErrorAnswer>>(query, { input });
    const [[field, payload] = []] = Object.entries(data);
    if (!payload) throw new LauncherError('The mutation answered nothing');
    if (payload.userErrors.length === 0) return payload;
    const problems = payload.userErrors.map(
      ({ code, message, path }) => `${path?.join('.') ?? ''} ${code}: ${message}`,
    );
    throw new LauncherError(`${field} was refused: ${problems.join('; ')}`);
  }
}

function describeError({ message, path }: { message: string; path?: (string | number)[] }): string {
  return path ? `${path.join('.')}: ${message}` : message;
}
