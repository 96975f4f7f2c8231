/**
 * Signed tokens (JWT, RFC 7519) and the keys that they are checked with. The one door to the jose package.
 *
 * Only signatures with a public key are known here: EdDSA (Ed25519), ES256, RS256 from 2048 bits. Which of them a token
 * must have is said by the key, never by the token, so `none` and an HMAC keyed with a public key (the two old
 * tricks, RFC 8725 section 2.1) have nothing to hold on to.
 */
import { createPublicKey } from 'node:crypto';
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  errors as faults,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose';
import { fault, InputError } from '../errors.ts';

export const KEY_KINDS = ['ed25519', 'es256', 'rs256'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

const ALGORITHM = { ed25519: 'EdDSA', es256: 'ES256', rs256: 'RS256' } as const;
/** RFC 8725 section 3.5 and RFC 7518 section 3.3. */
const RSA_BITS_MIN = 2_048;
const KEYS_MAX = 64;

interface CheckingKey {
  /** RFC 7638 thumbprint: what a key is called when it has no other name. */
  readonly thumbprint: string;
  readonly id: string | undefined;
  readonly kind: KeyKind;
  readonly key: CryptoKey;
}

export type KeySet = readonly CheckingKey[];

/** A token that proves nothing. The message is for whoever sent it: it quotes nothing of the token. */
export class TokenRefusedError extends Error {
  readonly code: 'credentials_invalid' | 'credentials_expired' | 'credentials_not_yet';

  constructor(code: TokenRefusedError['code'], message: string) {
    super(message);
    this.name = 'TokenRefusedError';
    this.code = code;
  }
}

export interface Expected {
  readonly issuer: string;
  readonly audience: string;
  readonly atMs: number;
}

export interface Checked {
  readonly claims: JWTPayload;
  /** Thumbprint of the key that signed it. */
  readonly key: string;
}

/** Longer than any honest token, short enough to read a thousand a second. */
export const TOKEN_LENGTH_MAX = 8_192;

/** Throws TokenRefusedError and nothing else. */
export async function checkToken(token: string, keys: KeySet, expected: Expected): Promise<Checked> {
  if (token.length > TOKEN_LENGTH_MAX) throw invalid(`it has more than ${TOKEN_LENGTH_MAX} characters`);
  let key: CheckingKey | undefined;
  try {
    const { payload } = await jwtVerify(
      token,
      ({ kid, alg }) => {
        key = keyFor(keys, kid, alg);
        return key.key;
      },
      {
        algorithms: Object.values(ALGORITHM),
        issuer: expected.issuer,
        audience: expected.audience,
        currentDate: new Date(expected.atMs),
        requiredClaims: ['sub', 'exp', 'jti'],
      },
    );
    return { claims: payload, key: key!.thumbprint };
  } catch (error) {
    throw refusalOf(error);
  }
}

function keyFor(keys: KeySet, kid: string | undefined, algorithm: string | undefined): CheckingKey {
  const fit = keys.filter(({ kind }) => ALGORITHM[kind] === algorithm);
  const named =
    kid === undefined ? fit : fit.filter(({ id, thumbprint }) => id === kid || thumbprint === kid);
  if (named.length === 0) throw invalid('none of the keys known here could have signed it');
  if (named.length > 1) throw invalid('more than one key could have signed it, and it names none');
  return named[0]!;
}

function refusalOf(error: unknown): TokenRefusedError {
  if (error instanceof TokenRefusedError) return error;
  if (error instanceof faults.JWTExpired)
    return new TokenRefusedError('credentials_expired', 'the token has expired');
  if (error instanceof faults.JWTClaimValidationFailed) {
    const { claim, reason } = error;
    if (claim === 'nbf' && reason === 'check_failed')
      return new TokenRefusedError('credentials_not_yet', 'the token is not good yet');
    // Names of claims are ours; their values are the sender's and are not repeated.
    return invalid(
      `its claim '${claim}' is ${reason === 'missing' ? 'missing' : 'not what is expected here'}`,
    );
  }
  if (error instanceof faults.JWSSignatureVerificationFailed) return invalid('its signature does not fit');
  if (error instanceof faults.JOSEAlgNotAllowed)
    return invalid(`its algorithm is none of ${Object.values(ALGORITHM).join(', ')}`);
  return invalid('it is no token that can be read');
}

function invalid(why: string): TokenRefusedError {
  return new TokenRefusedError('credentials_invalid', `the token is refused: ${why}`);
}

/** A JWKS, one JWK, or PEM with any number of public keys. Throws InputError. */
export async function readKeys(text: string, file: string): Promise<KeySet> {
  const read = text.trimStart().startsWith('{') ? jwksIn(text, file) : pemIn(text, file);
  if (read.length === 0 || read.length > KEYS_MAX)
    throw wrong(file, 'keys_count', `holds ${read.length} keys, expected 1 to ${KEYS_MAX}`);
  return Promise.all(read.map((one, index) => checkingKey(one, `${file}, key ${index + 1}`)));
}

function jwksIn(text: string, file: string): readonly JWK[] {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    // The parser's own words quote the file.
    throw wrong(file, 'keys_syntax', 'is no JSON');
  }
  const keys = (found as { keys?: unknown }).keys ?? [found];
  if (!Array.isArray(keys) || keys.some((one) => typeof one !== 'object' || one === null))
    throw wrong(file, 'keys_syntax', 'is no JWKS: expected { "keys": [ ... ] }');
  return keys as JWK[];
}

function pemIn(text: string, file: string): readonly JWK[] {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) throw privateKey(file);
  const blocks = text.match(/-----BEGIN PUBLIC KEY-----[\s\S]+?-----END PUBLIC KEY-----/g) ?? [];
  return blocks.map((block) => {
    try {
      return createPublicKey(block).export({ format: 'jwk' }) as JWK;
    } catch {
      throw wrong(file, 'keys_syntax', 'holds a public key that cannot be read');
    }
  });
}

async function checkingKey(jwk: JWK, at: string): Promise<CheckingKey> {
  if (jwk.kty === 'oct')
    throw wrong(
      at,
      'key_kind',
      'is a shared secret, expected a public key',
      `one of ${KEY_KINDS.join(', ')}`,
    );
  if ('d' in jwk) throw privateKey(at);
  const kind = kindOf(jwk);
  if (kind === undefined || (jwk.alg !== undefined && jwk.alg !== ALGORITHM[kind])) {
    const found = [jwk.kty, jwk.crv, jwk.alg].filter((one) => one !== undefined).join(' ');
    throw wrong(at, 'key_kind', `is ${found}, expected one of ${KEY_KINDS.join(', ')}`);
  }
  const bits = kind === 'rs256' ? Buffer.from(jwk.n ?? '', 'base64url').length * 8 : RSA_BITS_MIN;
  if (bits < RSA_BITS_MIN)
    throw wrong(at, 'key_short', `has ${bits} bits, expected at least ${RSA_BITS_MIN}`);
  try {
    const key = (await importJWK({ ...jwk, key_ops: ['verify'] }, ALGORITHM[kind])) as CryptoKey;
    return { thumbprint: await calculateJwkThumbprint(jwk), id: jwk.kid, kind, key };
  } catch {
    throw wrong(at, 'keys_syntax', 'is a key that cannot be read');
  }
}

function kindOf({ kty, crv }: JWK): KeyKind | undefined {
  if (kty === 'OKP' && crv === 'Ed25519') return 'ed25519';
  if (kty === 'EC' && crv === 'P-256') return 'es256';
  return kty === 'RSA' ? 'rs256' : undefined;
}

/** What `vigie token` keeps: the private half stays with whoever issues tokens. */
export interface KeyPair {
  readonly privateJwk: JWK;
  readonly publicJwk: JWK;
}

export async function makeKeyPair(kind: KeyKind): Promise<KeyPair> {
  const algorithm = ALGORITHM[kind];
  const pair = await generateKeyPair(algorithm, { extractable: true, modulusLength: 3_072 });
  const publicJwk = await exportJWK(pair.publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  const named = { kid, alg: algorithm, use: 'sig' };
  return {
    publicJwk: { ...publicJwk, ...named },
    privateJwk: { ...(await exportJWK(pair.privateKey)), ...named },
  };
}

export interface Issue {
  readonly issuer: string;
  readonly audience: string;
  readonly subject: string;
  readonly id: string;
  readonly issuedAtMs: number;
  /** Whole seconds count; what is beyond them is cut. */
  readonly expiresAtMs: number;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Throws InputError when the text is no private JWK of a kind known here. */
export async function signToken(privateKey: string, file: string, issue: Issue): Promise<string> {
  const [jwk] = jwksIn(privateKey, file);
  const kind = jwk === undefined ? undefined : kindOf(jwk);
  if (jwk === undefined || kind === undefined || !('d' in jwk))
    throw wrong(file, 'not_a_private_key', 'holds no private key', 'make one with: vigie token key');
  const key = await importJWK(jwk, ALGORITHM[kind]).catch(() => {
    throw wrong(file, 'not_a_private_key', 'holds a private key that cannot be read');
  });
  const kid = jwk.kid ?? (await calculateJwkThumbprint(jwk));
  return new SignJWT(issue.claims)
    .setProtectedHeader({ alg: ALGORITHM[kind], typ: 'JWT', kid })
    .setIssuer(issue.issuer)
    .setAudience(issue.audience)
    .setSubject(issue.subject)
    .setJti(issue.id)
    .setIssuedAt(Math.floor(issue.issuedAtMs / 1_000))
    .setExpirationTime(Math.floor(issue.expiresAtMs / 1_000))
    .sign(key);
}

function privateKey(at: string): InputError {
  return wrong(
    at,
    'private_key',
    'holds a private key, which only whoever issues tokens should have',
    'give the public one',
  );
}

function wrong(at: string, code: string, message: string, hint?: string): InputError {
  return new InputError([fault(code, at, message, hint)]);
}
