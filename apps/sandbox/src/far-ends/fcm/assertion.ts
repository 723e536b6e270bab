import { type KeyObject, verify } from 'node:crypto';

const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
/** Clients of Google's own library name this audience whatever address they post to. */
const googleAudience = 'https://oauth2.googleapis.com/token';
const clockLeewaySeconds = 60;
const longestLifeSeconds = 3_600;

/** Who may ask for a token, and where. */
export interface AssertionRules {
  publicKey: KeyObject;
  issuer: string;
  audience: string;
}

/** Why a token request is refused, in the words of OAuth 2.0; null when the assertion holds. */
export function refusalOf(form: URLSearchParams, rules: AssertionRules, now = Date.now()): OAuthRefusal | null {
  if (form.get('grant_type') !== grantType)
    return refusal('unsupported_grant_type', `Invalid grant_type: ${grantType}`);
  const [header = '', payload = '', signature = '', ...rest] = (form.get('assertion') ?? '').split('.');
  if (rest.length > 0 || !signature || decode(header)?.alg !== 'RS256')
    return refusal('invalid_grant', 'Bad assertion.');
  const signed = Buffer.from(`${header}.${payload}`);
  if (!verify('RSA-SHA256', signed, rules.publicKey, Buffer.from(signature, 'base64url'))) {
    return refusal('invalid_grant', 'Invalid JWT Signature.');
  }
  return claimsRefusal(decode(payload) ?? {}, rules, now / 1_000);
}

/** The error body of an OAuth 2.0 token endpoint. */
export interface OAuthRefusal {
  error: string;
  error_description: string;
}

function claimsRefusal(claims: Claims, rules: AssertionRules, nowSeconds: number): OAuthRefusal | null {
  const { iss, aud, iat, exp } = claims;
  if (iss !== rules.issuer) return refusal('invalid_grant', 'Invalid grant: account not found');
  if (aud !== rules.audience && aud !== googleAudience) return refusal('invalid_grant', 'Invalid JWT: wrong audience.');
  if (typeof iat !== 'number' || typeof exp !== 'number') return refusal('invalid_grant', 'Invalid JWT: iat and exp.');
  const tooEarly = iat > nowSeconds + clockLeewaySeconds;
  const tooLate = exp <= nowSeconds - clockLeewaySeconds || exp - iat > longestLifeSeconds;
  if (!tooEarly && !tooLate) return null;
  return refusal(
    'invalid_grant',
    'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.',
  );
}

type Claims = Partial<Record<'alg' | 'iss' | 'aud' | 'iat' | 'exp', unknown>>;

function decode(part: string): Claims | null {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Claims | null;
  } catch {
    return null;
  }
}

function refusal(error: string, description: string): OAuthRefusal {
  return { error, error_description: description };
}
