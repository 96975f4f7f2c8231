import { describe, expect, it } from 'vitest';
import { InputError } from '../../pipeline/errors.ts';
import { ClaimError, knownFrom } from '../../pipeline/identity/claims.ts';
import { whyNot } from '../../pipeline/identity/decide.ts';
import { actsAs, DEVELOPMENT, outside, sees } from '../../pipeline/identity/identity.ts';
import { parseRegister } from '../../pipeline/identity/register.ts';

const entry = (more: string) => `certificates:\n  - { san: "DNS:a", name: a, ${more} }\n`;
const honest = 'role: subscriber, sites: all, events: all';
const codes = (text: string) => {
  try {
    parseRegister(text, 'identities.yaml');
    return [];
  } catch (error) {
    return error instanceof InputError ? error.faults.map(({ code, line }) => `${line} ${code}`) : error;
  }
};

describe('a register', () => {
  it('reads as it is written', () => {
    const text = `
issuer: idp
audience: vigie-east
keys: [a.jwks, b.pem]
revoked: ["9f0c"]
certificates:
  - san: DNS:pis.example
    name: passenger-information
    role: subscriber
    sites: [gare-exemple]
    events: [density]
  - subject: "O=Example, CN=edge-01"
    name: edge-01
    role: producer
    sites: all
    events: all
  - san: URI:spiffe://example/desk
    name: C. Petit
    role: supervisor
    sites: all
    events: all
    habilitation: { from: 2026-11-01, to: 2027-01-31 }
`;
    const register = parseRegister(text, 'identities.yaml');
    expect(register).toMatchObject({ issuer: 'idp', audience: 'vigie-east', keyFiles: ['a.jwks', 'b.pem'] });
    expect([...register.revoked]).toEqual(['9f0c']);
    expect(register.certificates).toEqual([
      {
        match: 'san DNS:pis.example',
        name: 'passenger-information',
        role: 'subscriber',
        scope: { sites: ['gare-exemple'], types: ['density'], agentNames: false },
      },
      {
        match: 'subject O=Example, CN=edge-01',
        name: 'edge-01',
        role: 'producer',
        scope: { sites: 'all', types: 'all', agentNames: false },
      },
      {
        match: 'san URI:spiffe://example/desk',
        name: 'C. Petit',
        role: 'supervisor',
        scope: { sites: 'all', types: 'all', agentNames: true },
        habilitation: { fromMs: Date.UTC(2026, 10, 1), toMs: Date.UTC(2027, 1, 1) - 1 },
      },
    ]);
  });

  it.each([
    ['', ['1 wrong_type']],
    ['issuer: x\n', ['1 nobody']],
    ['kays: a.jwks\n', ['1 unknown_key']],
    ['keys: [1]\n', ['1 wrong_type']],
    ['keys: a\nrevoked: [1e5]\n', ['2 wrong_type']],
    [entry(honest), []],
    [entry('role: subscriber, events: all'), ['2 missing_key']],
    [entry('role: subscriber, sites: all'), ['2 missing_key']],
    [entry('sites: all, events: all'), ['2 missing_key']],
    [entry('role: king, sites: all, events: all'), ['2 unknown_value']],
    [entry('role: subscriber, sites: [], events: [fires]'), ['2 empty_scope', '2 unknown_value']],
    [entry('role: subscriber, sites: "*", events: all'), ['2 wrong_type']],
    [entry('role: agent, sites: all, events: all'), ['2 missing_key']],
    [entry(`${honest}, subject: "CN=a"`), ['2 certificate_match']],
    [entry(`${honest}, habilitation: { from: 2027-02-30, to: 2027-03-01 }`), ['2 date_syntax']],
    [
      entry(`${honest}, habilitation: { from: 2027-02-03, to: 2027-02-01 }`),
      ['2 habilitation_ends_before_start'],
    ],
    [entry(honest).replace('DNS:a', 'a'), ['2 san_syntax']],
    [`${entry(honest)}  - { san: "DNS:a", name: b, ${honest} }\n`, ['2 duplicate_certificate']],
  ])('%j has the faults %j', (text, faults) => {
    expect(codes(text)).toEqual(faults);
  });
});

describe('claims', () => {
  const claims = (ours: object, more: object = {}) => ({
    sub: 'A. Martin',
    jti: 'j',
    exp: 1_800_000_000,
    vigie: { role: 'subscriber', sites: 'all', events: 'all', ...ours },
    ...more,
  });
  it('name who it is and what they may', () => {
    expect(knownFrom(claims({ sites: ['a'], events: ['fire'] }), 'k')).toEqual({
      kind: 'known',
      name: 'A. Martin',
      role: 'subscriber',
      scope: { sites: ['a'], types: ['fire'], agentNames: false },
      by: { kind: 'token', id: 'j', key: 'k' },
      untilMs: 1_800_000_000_000,
    });
  });
  it.each([
    [claims({}, { sub: ' ' }), 'sub'],
    [claims({}, { sub: 7 }), 'sub'],
    [claims({}, { sub: 'a\u001b[2J' }), 'sub'],
    [claims({}, { sub: 'x'.repeat(121) }), 'sub'],
    [claims({}, { jti: '' }), 'jti'],
    [claims({}, { exp: '1' }), 'exp'],
    [claims({}, { exp: Number.POSITIVE_INFINITY }), 'exp'],
    [claims({}, { vigie: undefined }), 'vigie'],
    [claims({}, { vigie: 'all' }), 'vigie'],
    [claims({ role: 'admin' }), 'role'],
    [claims({ role: ['agent'] }), 'role'],
    [claims({ sites: undefined }), 'sites'],
    [claims({ sites: [] }), 'sites'],
    [claims({ sites: '*' }), 'sites'],
    [claims({ sites: ['a/b'] }), 'sites'],
    [claims({ sites: [{ all: 1 }] }), 'sites'],
    [claims({ events: ['fires'] }), 'events'],
    [claims({ agent_names: 'yes' }), 'agent_names'],
    [claims({ habilitation: { from: '2026-01-01' } }), 'habilitation'],
    [claims({ habilitation: null }), 'habilitation'],
  ])('%j is refused for %s', (wrong, claim) => {
    expect(() => knownFrom(wrong, 'k')).toThrow(ClaimError);
    expect(() => knownFrom(wrong, 'k')).toThrow(`'${claim}'`);
  });
});

describe('a decision', () => {
  const who = (more: object = {}) =>
    ({
      ...knownFrom(
        {
          sub: 'A',
          jti: 'j',
          exp: 2_000,
          vigie: { role: 'agent', sites: ['a'], events: ['fire'], habilitation: days },
        },
        'k',
      ),
      ...more,
    }) as ReturnType<typeof knownFrom>;
  const days = { from: '1970-01-01', to: '1970-01-01' };
  const DECIDE = 'vigie.v1.ReviewService/Decide';
  it.each([
    [who(), DECIDE, 1_000, undefined],
    [who(), DECIDE, 1_999_999, undefined],
    [who(), DECIDE, 2_000_000, 'credentials_expired'],
    [who({ untilMs: Number.NaN }), DECIDE, 1_000, 'credentials_expired'],
    [who({ untilMs: 1e15 }), DECIDE, 86_399_999, undefined],
    [who({ untilMs: 1e15 }), DECIDE, 86_400_000, 'habilitation_over'],
    [who({ untilMs: 1e15 }), DECIDE, -1, 'habilitation_not_yet'],
    [who({ habilitation: undefined }), DECIDE, 1_000, 'habilitation_missing'],
    [who({ habilitation: undefined, role: 'subscriber' }), 'vigie.v1.EventService/List', 1_000, undefined],
    [who(), 'vigie.v1.EventService/Subscribe', 1_000, 'wrong_role'],
    [who(), 'vigie.v1.NobodyService/Any', 1_000, 'wrong_role'],
    [who(), 'grpc.reflection.v1.ServerReflection/ServerReflectionInfo', 1_000, undefined],
    [DEVELOPMENT, DECIDE, 1_000, undefined],
  ])('%j on %s at %d', (identity, call, atMs, code) => {
    expect(whyNot(identity, call, atMs)?.code).toBe(code);
  });

  it('knows what lies in the scope, and in whose name somebody acts', () => {
    expect(sees(who(), { site: 'a', type: 'fire' })).toBe(true);
    expect(sees(who(), { site: 'b', type: 'fire' })).toBe(false);
    expect(sees(who(), { site: 'a', type: 'density' })).toBe(false);
    expect(sees(DEVELOPMENT, { site: 'b', type: 'density' })).toBe(true);
    expect(outside(who(), { sites: ['a', 'b'], types: ['density'] })).toEqual(["site 'b'", "type 'density'"]);
    const asked = { name: 'B', role: 'supervisor' } as const;
    expect(actsAs(who(), asked)).toEqual({ name: 'A', role: 'agent' });
    expect(actsAs(DEVELOPMENT, asked)).toBe(asked);
  });
});
