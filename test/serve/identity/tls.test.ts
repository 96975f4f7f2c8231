/** The server's certificate and its clients', over real sockets, with certificates of the small authority. */
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../../pipeline/errors.ts';
import { certify, type Made, makeAuthority } from '../../../pipeline/identity/authority.ts';
import { openClient } from '../../../pipeline/serve/client/client.ts';
import { openServerTls, type ServerTls } from '../../../pipeline/serve/identity/tls.ts';
import { serve } from '../../../pipeline/serve/serve.ts';
import { candidate, scriptedReview } from '../world.ts';
import { type IdentityWorld, openIdentityWorld, pause, refusal } from './world.ts';

const DAY_MS = 86_400_000;
const span = { fromMs: Date.now(), days: 2 };
const server = (name: string) => ({
  kind: 'server' as const,
  name,
  hosts: ['localhost', '127.0.0.1'],
  ...span,
});
const client = (name: string, more = {}) => ({
  kind: 'client' as const,
  name,
  hosts: [name],
  ...span,
  ...more,
});

let folder: string;
let authority: Made;
let stranger: Made;
const file = (name: string) => join(folder, name);
const put = async (name: string, made: Made) => {
  await writeFile(file(`${name}.key`), made.key);
  await writeFile(file(`${name}.pem`), made.certificate);
};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigie-tls-'));
  [authority, stranger] = await Promise.all([makeAuthority('Ours', span), makeAuthority('Theirs', span)]);
  await put('ca', authority);
  await put('server', await certify(authority, server('first')));
});
afterAll(() => rm(folder, { recursive: true }));

let tls: ServerTls | undefined;
let world: IdentityWorld | undefined;
afterEach(async () => {
  await world?.close();
  tls?.close();
  world = tls = undefined;
});

const REGISTER = `
certificates:
  - { san: "DNS:pis.example", name: passenger-information, role: subscriber, sites: [a], events: all }
  - subject: "CN=desk"
    name: C. Petit
    role: supervisor
    sites: all
    events: all
    habilitation: { from: 2020-01-01, to: 2099-12-31 }
`;

async function open(register = REGISTER) {
  let changes = 0;
  const files = { cert: file('server.pem'), key: file('server.key'), clientCa: file('ca.pem') };
  tls = await openServerTls(files, { lookMs: 20, onChange: () => changes++ });
  world = await openIdentityWorld({ tls, register, now: Date.now });
  return { world, changes: () => changes };
}

const over = (address: string, made?: Made, ca = authority.certificate, bearer?: string) =>
  openClient(address, {
    tls: {
      ca: Buffer.from(ca),
      ...(made && { cert: Buffer.from(made.certificate), key: Buffer.from(made.key) }),
    },
    ...(bearer !== undefined && { bearer: () => bearer }),
  });

async function asked(address: string, ...with_: [Made?, string?, string?]) {
  const one = over(address, ...with_);
  const found = await refusal(one.listCandidates());
  one.close();
  return found;
}

describe('over TLS', () => {
  it('a token says who speaks, and a certificate who connects', async () => {
    const { world } = await open();
    const { address } = world.serving;
    const made = await certify(authority, client('pis.example'));
    const desk = await certify(authority, client('desk'));
    const token = await world.token({ role: 'agent', untilMs: Date.now() + DAY_MS });
    expect(await asked(address, undefined, undefined, token)).toEqual({ answered: [] });
    expect(await asked(address, desk)).toEqual({ answered: [] });
    expect(await asked(address, made)).toBe('PERMISSION_DENIED wrong_role');
    // Both: the token speaks.
    expect(await asked(address, made, undefined, token)).toEqual({ answered: [] });
    expect(await asked(address)).toBe('UNAUTHENTICATED credentials_missing');
    expect(world.audited.map(({ who, proof }) => [who, proof])).toEqual([
      ['passenger-information', 'certificate san DNS:pis.example'],
      ['', ''],
    ]);
  });

  it('a verdict carries the name of the register, not of the request', async () => {
    const { world } = await open();
    world.review.put({ candidate: candidate(1), state: { kind: 'waiting' } });
    const one = over(world.serving.address, await certify(authority, client('desk')));
    const by = { name: 'X', role: 'agent' } as const;
    await one.decide({ id: 'v', candidate: candidate(1).id, by, act: { kind: 'confirm' } });
    one.close();
    expect(world.review.decided[0]?.by).toEqual({ name: 'C. Petit', role: 'supervisor' });
  });

  it.each<[string, () => Promise<Made>, string]>([
    ['of another authority', () => certify(stranger, client('desk')), 'credentials_missing'],
    [
      'that has expired',
      () => certify(authority, client('desk', { fromMs: Date.now() - 10 * DAY_MS, days: 5 })),
      'credentials_missing',
    ],
    [
      'that is not good yet',
      () => certify(authority, client('desk', { fromMs: Date.now() + 5 * DAY_MS, days: 5 })),
      'credentials_missing',
    ],
    ["that is a server's", () => certify(authority, server('desk')), 'credentials_missing'],
    ['that nobody entered', () => certify(authority, client('unknown')), 'certificate_unknown'],
    ['whose name only contains one', () => certify(authority, client('xdesk')), 'certificate_unknown'],
  ])('a certificate %s opens nothing', async (_, make, code) => {
    const { world } = await open();
    expect(await asked(world.serving.address, await make())).toBe(`UNAUTHENTICATED ${code}`);
  });

  it('an entry that is struck ends the stream that it opened', async () => {
    const { world } = await open();
    const one = over(world.serving.address, await certify(authority, client('desk')));
    const stream = one.subscribe();
    await stream.next();
    await world.changed(() => world.putRegister());
    const end = (async () => {
      for await (const _ of stream);
    })();
    expect(await refusal(end)).toBe('UNAUTHENTICATED credentials_revoked');
    one.close();
  });

  it('a client that does not know the authority goes away', async () => {
    const { world } = await open();
    expect(await asked(world.serving.address, undefined, stranger.certificate)).toMatch(/^UNAVAILABLE/);
  });

  it('plain words are no handshake, and take nothing from the others', async () => {
    const { world } = await open();
    const plain = openClient(world.serving.address);
    expect(await refusal(plain.listCandidates())).toMatch(/^UNAVAILABLE/);
    plain.close();
    expect(await asked(world.serving.address, await certify(authority, client('desk')))).toEqual({
      answered: [],
    });
  });
});

describe("the server's certificate", () => {
  const shown = (port: number) =>
    new Promise<string>((resolve, reject) => {
      const socket = connectTls({
        port,
        host: '127.0.0.1',
        ca: authority.certificate,
        ALPNProtocols: ['h2'],
      });
      socket.once('secureConnect', () => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      });
      socket.once('error', reject);
    });

  it('is taken anew when its files change, without a restart, and streams go on', async () => {
    const { world, changes } = await open();
    const one = over(world.serving.address, await certify(authority, client('desk')));
    const stream = one.subscribe();
    await stream.next();
    expect(await shown(world.serving.port)).toBe('first');
    // Both at once, as far as files can be: the pair in between is refused, and the one before stays.
    await put('next', await certify(authority, server('second')));
    await rename(file('next.key'), file('server.key'));
    await rename(file('next.pem'), file('server.pem'));
    while (changes() === 0) await pause(5);
    expect(await shown(world.serving.port)).toBe('second');
    expect((await stream.next()).value?.kind).toBe('progress');
    await stream.return();
    one.close();
  });

  it.each([
    ['a key of another', { cert: 'server.pem', key: 'ca.key' }, 'tls_files'],
    ['a file that is not there', { cert: 'nowhere.pem', key: 'server.key' }, 'file_unreadable'],
    ['a certificate for a key', { cert: 'server.pem', key: 'server.pem' }, 'tls_files'],
    [
      'an authority that is none',
      { cert: 'server.pem', key: 'server.key', clientCa: 'server.key' },
      'tls_files',
    ],
  ])('with %s is refused at the start', async (_, names, code) => {
    const files = Object.fromEntries(Object.entries(names).map(([what, name]) => [what, file(name)]));
    const error = await openServerTls(files as never).catch((thrown: unknown) => thrown);
    expect(error instanceof InputError ? error.code : error).toBe(code);
  });
});

describe('another address than loopback', () => {
  it.each([
    ['neither', false, false, 'bind_not_loopback'],
    ['TLS alone', true, false, 'bind_not_loopback'],
    ['identities alone', false, true, 'bind_without_tls'],
    ['both', true, true, 'bound'],
  ])('with %s', async (_, withTls, withIdentities, expected) => {
    const { world } = await open();
    const options = {
      log: world.log,
      review: scriptedReview(),
      host: '0.0.0.0',
      port: 0,
      ...(withTls && { tls: tls! }),
      ...(withIdentities && { gatekeeper: world.gatekeeper }),
    };
    const found = await serve(options).then(
      async (serving) => {
        await serving.close(100);
        return 'bound';
      },
      (error: unknown) => (error instanceof InputError ? error.code : error),
    );
    expect(found).toBe(expected);
  });
});
