import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../pipeline/errors.ts';
import {
  checkToken,
  KEY_KINDS,
  type KeyPair,
  type KeySet,
  makeKeyPair,
  readKeys,
  signToken,
  TOKEN_LENGTH_MAX,
  TokenRefusedError,
} from '../../pipeline/identity/jwt.ts';

const NOW = 1_790_000_000_000;
const expected = { issuer: 'vigie', audience: 'vigie', atMs: NOW };
const honest = { iss: 'vigie', aud: 'vigie', sub: 'A', jti: 'j', exp: NOW / 1_000 + 60 };

let pair: KeyPair;
let keys: KeySet;
beforeAll(async () => {
  pair = await makeKeyPair('ed25519');
  keys = await readKeys(JSON.stringify({ keys: [pair.publicJwk] }), 'tokens.jwks');
});

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
/** A token made by hand, so that it can be what no library would make. */
function forged(header: object, claims: object, signature: (text: string) => Buffer): string {
  const text = `${part(header)}.${part(claims)}`;
  return `${text}.${signature(text).toString('base64url')}`;
}
const issue = (more: Partial<Parameters<typeof signToken>[2]> = {}, by = pair) =>
  signToken(JSON.stringify(by.privateJwk), 'tokens.key', {
    issuer: 'vigie',
    audience: 'vigie',
    subject: 'A',
    id: 'j',
    issuedAtMs: NOW,
    expiresAtMs: NOW + 60_000,
    claims: {},
    ...more,
  });
const refused = (token: string, set = keys) =>
  checkToken(token, set, expected).then(
    () => 'taken',
    (error: unknown) => (error instanceof TokenRefusedError ? `${error.code}: ${error.message}` : error),
  );

describe('a token', () => {
  it.each(['ed25519', 'es256'] as const)('signed with %s is taken, with whoever signed it', async (kind) => {
    const by = await makeKeyPair(kind);
    const set = await readKeys(JSON.stringify({ keys: [pair.publicJwk, by.publicJwk] }), 'x');
    const { claims, key } = await checkToken(await issue({}, by), set, expected);
    expect([claims.sub, key]).toEqual(['A', by.publicJwk.kid]);
  });

  it('signed with RS256 is taken from a PEM key, without a kid', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const set = await readKeys(publicKey.export({ type: 'spki', format: 'pem' }).toString(), 'a.pem');
    const rsa = (text: string) => sign('sha256', Buffer.from(text), privateKey);
    const token = forged({ alg: 'RS256' }, honest, rsa);
    expect((await checkToken(token, set, expected)).claims.sub).toBe('A');
    const hmac = (text: string) =>
      createHmac('sha256', publicKey.export({ type: 'spki', format: 'pem' }).toString())
        .update(text)
        .digest();
    expect(await refused(forged({ alg: 'HS256' }, honest, hmac), set)).toContain('its algorithm is none of');
    const pss = (text: string) =>
      sign('sha256', Buffer.from(text), { key: privateKey, padding: 6 /* RSA_PKCS1_PSS_PADDING */ });
    expect(await refused(forged({ alg: 'PS256' }, honest, pss), set)).toContain('its algorithm is none of');
  });

  it.each<[string, () => string | Promise<string>, string]>([
    ['nothing', () => '', 'no token that can be read'],
    ['words', () => 'let me in', 'no token that can be read'],
    ['two parts', () => 'a.b', 'no token that can be read'],
    ['alg none', () => forged({ alg: 'none' }, honest, () => Buffer.alloc(0)), 'its algorithm is none of'],
    ['alg None', () => forged({ alg: 'None' }, honest, () => Buffer.alloc(0)), 'its algorithm is none of'],
    ['no alg', () => forged({}, honest, () => Buffer.alloc(64)), 'no token that can be read'],
    [
      'an HMAC keyed with the public key',
      () =>
        forged({ alg: 'HS256', kid: pair.publicJwk.kid }, honest, (text) =>
          createHmac('sha256', Buffer.from(pair.publicJwk.x!, 'base64url')).update(text).digest(),
        ),
      'its algorithm is none of',
    ],
    [
      'a key that came with it',
      async () => {
        const own = await makeKeyPair('ed25519');
        const token = await issue({}, own);
        const [, body, signature] = token.split('.');
        return `${part({ alg: 'EdDSA', jwk: own.publicJwk })}.${body}.${signature}`;
      },
      'its signature does not fit',
    ],
    ['another key', async () => issue({}, await makeKeyPair('ed25519')), 'none of the keys known here'],
    [
      "another key under this one's name",
      async () => {
        const other = await makeKeyPair('ed25519');
        return issue({}, { ...other, privateJwk: { ...other.privateJwk, kid: pair.publicJwk.kid! } });
      },
      'its signature does not fit',
    ],
    [
      'the algorithm of another kind of key',
      () => forged({ alg: 'ES256', kid: pair.publicJwk.kid }, honest, () => Buffer.alloc(64, 1)),
      'none of the keys known here',
    ],
    [
      'claims changed after signing',
      async () => {
        const [head, , signature] = (await issue()).split('.');
        return `${head}.${part({ ...honest, sub: 'B' })}.${signature}`;
      },
      'its signature does not fit',
    ],
    [
      'an unknown critical header',
      () => forged({ alg: 'EdDSA', crit: ['x'], x: 1 }, honest, () => Buffer.alloc(64)),
      'no token that can be read',
    ],
    ['another issuer', () => issue({ issuer: 'else' }), "its claim 'iss' is not what is expected"],
    ['another audience', () => issue({ audience: 'else' }), "its claim 'aud' is not what is expected"],
    ['an end that is past', () => issue({ expiresAtMs: NOW - 1_000 }), 'credentials_expired'],
    ['an end that is now', () => issue({ expiresAtMs: NOW }), 'credentials_expired'],
    ['a beginning to come', () => issue({ claims: { nbf: NOW / 1_000 + 10 } }), 'credentials_not_yet'],
    ['too much of it', () => `a.${'b'.repeat(TOKEN_LENGTH_MAX)}.c`, `more than ${TOKEN_LENGTH_MAX}`],
  ])('with %s is refused', async (_, make, why) => {
    const token = await make();
    const said = await refused(token);
    expect(said).toContain(why);
    if (token.length > 20) expect(said).not.toContain(token.slice(-20));
  });

  it.each(['sub', 'exp', 'jti'])('without %s is refused', async (claim) => {
    const claims: Record<string, unknown> = { ...honest };
    delete claims[claim];
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const token = forged({ alg: 'EdDSA' }, claims, (text) => sign(null, Buffer.from(text), privateKey));
    const set = await readKeys(publicKey.export({ type: 'spki', format: 'pem' }).toString(), 'own.pem');
    expect(await refused(token, set)).toContain(`its claim '${claim}' is missing`);
  });
});

describe('keys', () => {
  const short = () => generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey;
  const p384 = () => generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey;
  const spki = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();
  const jwks = (...all: unknown[]) => JSON.stringify({ keys: all });

  it.each<[string, () => string, string]>([
    ['a private JWK', () => jwks(pair.privateJwk), 'private_key'],
    [
      'a private PEM',
      () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      'private_key',
    ],
    ['a shared secret', () => jwks({ kty: 'oct', k: 'c2VjcmV0' }), 'key_kind'],
    ['another curve', () => spki(p384()), 'key_kind'],
    ['a key whose alg is another', () => jwks({ ...pair.publicJwk, alg: 'HS256' }), 'key_kind'],
    ['a short RSA key', () => spki(short()), 'key_short'],
    ['no key', () => jwks(), 'keys_count'],
    ['nothing', () => '', 'keys_count'],
    ['no JSON', () => '{ "keys": [', 'keys_syntax'],
    ['keys that are words', () => '{ "keys": ["a"] }', 'keys_syntax'],
    ['a point that is none', () => jwks({ ...pair.publicJwk, x: 'AA' }), 'keys_syntax'],
  ])('refuses %s', async (_, text, code) => {
    const error = await readKeys(text(), 'tokens.jwks').catch((thrown: unknown) => thrown);
    expect(error instanceof InputError ? error.code : error).toBe(code);
    expect(String(error)).not.toContain(pair.privateJwk.d);
  });

  it('are of the kinds that the command offers', () => {
    expect(KEY_KINDS).toEqual(['ed25519', 'es256', 'rs256']);
  });
});
