/** What the commands about identities write, and what they refuse to. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { InputError } from '../../pipeline/errors.ts';
import { Gatekeeper } from '../../pipeline/identity/gatekeeper.ts';
import { openAccess } from '../../pipeline/operate/access.ts';
import {
  certsCa,
  certsServer,
  type TokenIssueWords,
  tokenIssue,
  tokenKey,
} from '../../pipeline/operate/keys.ts';
import { provesWho, reach } from '../../pipeline/operate/reach.ts';

const folder = mkdtempSync(join(tmpdir(), 'vigie-keys-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string) => join(folder, name);
const NOW = Date.UTC(2026, 10, 28);
const code = async (work: () => unknown) => {
  try {
    await work();
    return 'done';
  } catch (error) {
    return error instanceof InputError ? error.code : error;
  }
};
const words = (more: Partial<TokenIssueWords> = {}): TokenIssueWords => ({
  key: file('pki/tokens.key'),
  name: 'pis',
  role: 'subscriber',
  sites: 'all',
  events: ['density'],
  agentNames: false,
  days: 30,
  issuer: 'vigie',
  audience: 'vigie',
  ...more,
});

describe('a key pair', () => {
  it('signs tokens that the register beside it takes; a second key is taken beside the first', async () => {
    await tokenKey({ dir: file('pki'), kind: 'ed25519' });
    expect(statSync(file('pki/tokens.key')).mode & 0o777).toBe(0o600);
    expect(await code(() => tokenKey({ dir: file('pki'), kind: 'ed25519' }))).toBe('file_exists');
    const first = await tokenIssue(words(), NOW);
    writeFileSync(file('old.key'), readFileSync(file('pki/tokens.key')));
    rmSync(file('pki/tokens.key'));
    await tokenKey({ dir: file('pki'), kind: 'es256' });
    const second = await tokenIssue(words({ out: file('second.token') }), NOW);
    expect(second.token).toBeUndefined();
    expect(statSync(file('second.token')).mode & 0o777).toBe(0o600);
    writeFileSync(file('identities.yaml'), 'keys: pki/tokens.jwks\n');
    const gatekeeper = await Gatekeeper.open(file('identities.yaml'));
    const who = await gatekeeper.identify({ token: first.token! }, NOW + 1);
    expect(who).toMatchObject({ name: 'pis', role: 'subscriber', scope: { types: ['density'] } });
    expect(who.untilMs).toBe(NOW + 30 * 86_400_000);
    const token = readFileSync(file('second.token'), 'utf8').trim();
    expect((await gatekeeper.identify({ token }, NOW + 1)).by).toMatchObject({ id: second.id });
    gatekeeper.close();
    expect([...first.lines, ...second.lines].join()).not.toContain(token.split('.')[2]);
  });

  it.each<[string, Partial<TokenIssueWords>, string]>([
    ['an agent without a habilitation', { role: 'agent' }, 'habilitation_missing'],
    ['half a habilitation', { role: 'agent', from: '2026-01-01' }, 'habilitation_half'],
    [
      'a habilitation that is over',
      { role: 'agent', from: '2020-01-01', to: '2020-02-01' },
      'habilitation_over',
    ],
    ['one to come', { role: 'agent', from: '2027-01-01', to: '2027-02-01' }, 'done'],
    ['a day that is none', { role: 'agent', from: '2026-02-30', to: '2027-02-01' }, 'bad_claim'],
    ['a site that no file could have', { sites: ['a b'] }, 'bad_claim'],
    ['no name', { name: ' ' }, 'bad_claim'],
    ['a name that moves the cursor', { name: 'a\u001b[2J' }, 'bad_claim'],
    ['a public key', { key: 'pki/tokens.jwks' }, 'not_a_private_key'],
    ['no key', { key: 'nowhere' }, 'file_unreadable'],
  ])('with %s', async (_, more, expected) => {
    const key = more.key === undefined ? {} : { key: file(more.key) };
    expect(await code(() => tokenIssue(words({ ...more, ...key }), NOW))).toBe(expected);
  });
});

describe('words', () => {
  it('of those who serve go together', async () => {
    const open = (more: object) => code(async () => (await openAccess(more, () => {})).close());
    await certsCa({ dir: file('ca'), days: 9 }, 'Ours', Date.now());
    await certsServer({ dir: file('ca'), days: 9 }, ['localhost'], Date.now());
    const pair = { tlsCert: file('ca/localhost.pem'), tlsKey: file('ca/localhost.key') };
    expect(await open({})).toBe('done');
    expect(await open(pair)).toBe('done');
    expect(await open({ tlsCert: pair.tlsCert })).toBe('tls_half');
    expect(await open({ tlsKey: pair.tlsKey })).toBe('tls_half');
    expect(await open({ tlsClientCa: 'x', identities: 'y' })).toBe('tls_half');
    expect(await open({ ...pair, tlsClientCa: file('ca/ca.pem') })).toBe('client_ca_without_identities');
    expect(await open({ identities: file('nowhere.yaml') })).toBe('file_unreadable');
    expect(await open({ identities: file('identities.yaml'), ...pair, tlsClientCa: file('ca/ca.pem') })).toBe(
      'done',
    );
    expect(await code(() => certsServer({ dir: file('ca'), days: 9 }, ['a b'], NOW))).toBe('bad_host');
    expect(await code(() => certsServer({ dir: file('none'), days: 9 }, ['a'], NOW))).toBe('file_unreadable');
  });

  it('of those who call send no token in the clear, and read it again', async () => {
    writeFileSync(file('a.token'), 'one\n');
    const bearerFile = file('a.token');
    const far = { server: '192.0.2.1:50051', bearerFile };
    expect(await code(() => reach(far))).toBe('token_in_the_clear');
    expect(await code(() => reach({ ...far, tls: true }))).toBe('done');
    expect(await code(() => reach({ ...far, server: 'localhost:1' }))).toBe('done');
    expect(await code(() => reach({ ...far, server: '[::1]:1' }))).toBe('done');
    expect(await code(() => reach({ server: 'a:1', tlsCert: 'x' }))).toBe('tls_half');
    expect(await code(() => reach({ server: 'a:1', tlsCa: file('none') }))).toBe('file_unreadable');
    const { bearer } = reach({ ...far, tls: true });
    expect(bearer?.()).toBe('one');
    writeFileSync(bearerFile, 'two\n');
    expect(bearer?.()).toBe('two');
    rmSync(bearerFile);
    expect(bearer?.()).toBe('two');
    writeFileSync(bearerFile, 'a secret with spaces\n');
    const error = await code(() => reach({ ...far, tls: true }));
    expect(error).toBe('not_a_token');
    expect([provesWho({ server: 'a' }), provesWho(far)]).toEqual([false, true]);
  });
});
