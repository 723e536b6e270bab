const secretKeys =
  /^(.*(token|secret|password|passwd|apikey|api_key|private_key|privatekey|authorization|x-api-key|connectionstring).*)$/i;
const urlCredentials = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi;
const callbackSecrets = /(\/callbacks\/optimove\/[^/\s]+\/)[^/\s?"]+/g;

/** Removes credentials from URLs and secrets from callback paths in a free text. */
export function redactText(text: string): string {
  return text.replace(urlCredentials, '$1***@').replace(callbackSecrets, '$1***');
}

/** A copy of a JSON-like value in which every field that names a secret is replaced by `***`. */
export function redact(value: unknown, depth = 6): unknown {
  if (typeof value === 'string') return redactText(value);
  if (value === null || typeof value !== 'object' || depth === 0) return value;
  if (Array.isArray(value)) return value.map((item) => redact(item, depth - 1));
  if (value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, secretKeys.test(key) ? '***' : redact(item, depth - 1)]),
  );
}
