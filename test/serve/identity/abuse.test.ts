/** What a server meets on a network. The same in large, with memory watched, is `npm run abuse`. */
import { connect as connectTcp, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Attempts } from '../../../pipeline/identity/attempts.ts';
import { eventService, reviewService } from '../../../pipeline/serve/services.ts';
import { fuzzDecoders } from '../../abuse/decoders.ts';
import { http2Noise, mutant } from '../../abuse/mutants.ts';
import { samples } from '../../proto/samples.ts';
import { random, SEED } from '../../support/random.ts';
import { current, takeFrom, tokenOf, verified } from '../world.ts';
import { rawCall } from './raw.ts';
import { type IdentityWorld, openIdentityWorld, pause, refusal } from './world.ts';

let world: IdentityWorld;
afterEach(() => world.close());

const LIST = 'vigie.v1.ReviewService/ListCandidates';
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const honestStill = async () =>
  expect(await (await world.as({ role: 'agent', id: 'honest' })).listCandidates()).toEqual([]);

describe('credentials', () => {
  it.each([
    ['Basic YTpi', 'credentials_invalid'],
    ['Bearer', 'credentials_invalid'],
    ['Bearer a b', 'credentials_invalid'],
    ['Bearer a.b.c', 'credentials_invalid'],
    [`Bearer ${'x'.repeat(10_000)}`, 'credentials_invalid'],
  ])('%j is refused', async (authorization, code) => {
    world = await openIdentityWorld();
    const answer = await rawCall(world.serving.address, LIST, { authorization });
    expect(answer).toMatchObject({ status: 'UNAUTHENTICATED', code });
    await honestStill();
  });

  it('that fail too often are not looked at any more, and one that is known still passes', async () => {
    world = await openIdentityWorld({ attempts: new Attempts({ burst: 5, perMinute: 60 }) });
    const known = await world.as({ role: 'agent' });
    await known.listCandidates();
    const answers = [];
    for (let n = 0; n < 8; n++) {
      const { status, code } = await rawCall(world.serving.address, LIST, bearer('a.b.c'));
      answers.push(`${status} ${code}`);
    }
    expect(answers).toEqual([
      ...Array(5).fill('UNAUTHENTICATED credentials_invalid'),
      ...Array(3).fill('RESOURCE_EXHAUSTED too_many_attempts'),
    ]);
    expect(world.audited).toHaveLength(5);
    expect(await known.listCandidates()).toEqual([]);
    world.clock.nowMs += 2_000;
    expect(await (await world.as({ role: 'agent', id: 'new' })).listCandidates()).toEqual([]);
    expect(await rawCall(world.serving.address, LIST)).toMatchObject({ code: 'credentials_missing' });
    expect(world.audited.at(-1)).toMatchObject({ result: 'credentials_missing', repeats: 3 });
  });

  it('are in no message, no audit and no failure', async () => {
    world = await openIdentityWorld();
    const tokens = await Promise.all([
      world.token({ role: 'agent' }),
      world.token({ role: 'producer', id: 'p' }),
      world.token({ role: 'agent', id: 'old', untilMs: world.clock.nowMs - 1 }),
    ]);
    const forged = `${tokens[0]!.slice(0, -4)}AAAA`;
    const answers = [];
    for (const token of [...tokens, forged, 'hunter2hunter2', tokens[0]!.toUpperCase()]) {
      answers.push(await rawCall(world.serving.address, LIST, bearer(token)));
    }
    const told = JSON.stringify([answers, world.audited, world.failures.map(String)]);
    expect(world.audited.length).toBeGreaterThanOrEqual(5);
    const secrets = [...tokens, forged].flatMap((token) => token.split('.').slice(1));
    for (const secret of [...secrets, 'hunter2', world.pair.privateJwk.d!]) {
      expect(told).not.toContain(secret);
    }
  });
});

describe('messages', () => {
  it('of 100 MB are refused before they are read', async () => {
    world = await openIdentityWorld();
    const answer = await rawCall(
      world.serving.address,
      LIST,
      bearer(await world.token({ role: 'agent' })),
      Buffer.alloc(100 * 1024 * 1024),
    );
    expect(answer).toMatchObject({ status: 'RESOURCE_EXHAUSTED' });
    await honestStill();
  });

  it('that are garbage are INVALID_ARGUMENT or mean something, never INTERNAL (seeded)', async () => {
    world = await openIdentityWorld();
    const chance = random(SEED);
    const token = bearer(await world.token({ role: 'supervisor' }));
    const honest = samples
      .filter(({ message }) => message.endsWith('Request'))
      .map(({ encode }) => Uint8Array.from(encode()));
    const calls = [
      eventService.definition.subscribe,
      reviewService.definition.listCandidates,
      reviewService.definition.decide,
    ].map(({ path }) => path.slice(1));
    for (let round = 0; round < 90; round++) {
      const call = calls[round % calls.length]!;
      const bytes = Buffer.from(mutant(honest, chance));
      const { status } = await rawCall(world.serving.address, call, token, bytes);
      const told = `round ${round}, seed ${SEED}, ${call}, ${bytes.toString('hex')}`;
      expect(status, told).toMatch(
        /^(OK|INVALID_ARGUMENT|NOT_FOUND|FAILED_PRECONDITION|PERMISSION_DENIED|OUT_OF_RANGE)$/,
      );
    }
    expect(world.failures).toEqual([]);
    await honestStill();
  });

  it('are decoded or refused, whatever they are (seeded)', async () => {
    world = await openIdentityWorld();
    const found = fuzzDecoders(20_000, SEED);
    expect(found.broken).toEqual([]);
    expect(found.taken).toBeGreaterThan(100);
    expect(found.refused).toBeGreaterThan(1_000);
  });

  it('with resume tokens that nobody issued are refused, and show nothing (seeded)', async () => {
    world = await openIdentityWorld();
    await world.append(verified(1));
    const client = await world.as({ role: 'subscriber' });
    const honest = Uint8Array.from(tokenOf((await takeFrom(client.subscribe(), current)).at(-1)));
    const chance = random(SEED);
    for (let round = 0; round < 60; round++) {
      const resumeToken = mutant([honest], chance);
      if (resumeToken.length === 0 || Buffer.from(resumeToken).equals(honest)) continue;
      const found = await refusal(client.subscribe({ resumeToken }).next());
      expect(found, `round ${round}, seed ${SEED}`).toMatch(/^(INVALID_ARGUMENT|FAILED_PRECONDITION) /);
    }
  });
});

describe('connections', () => {
  const open = (): Promise<Socket> =>
    new Promise((resolve) => {
      const socket = connectTcp(world.serving.port, '127.0.0.1');
      socket.on('error', () => {}).once('connect', () => resolve(socket));
    });

  it('that idle are held up to the limit, and their places come back', async () => {
    world = await openIdentityWorld({ connectionsMax: 40 });
    const idle = await Promise.all(Array.from({ length: 60 }, open));
    const closed = () => idle.filter(({ destroyed, readableEnded }) => destroyed || readableEnded).length;
    while (closed() < 20) await pause(10);
    expect(closed()).toBe(20);
    for (const socket of idle) socket.destroy();
    // The server hears of it in its own time.
    for (;;) {
      const client = await world.as({ role: 'agent' });
      if (JSON.stringify(await refusal(client.listCandidates())) === '{"answered":[]}') break;
      client.close();
      await pause(20);
    }
  });

  it('that speak noise are ended, and the others served (seeded)', async () => {
    world = await openIdentityWorld();
    const chance = random(SEED);
    const client = await world.as({ role: 'agent' });
    for (let round = 0; round < 60; round++) {
      const socket = await open();
      socket.resume();
      socket.end(http2Noise(chance));
      await new Promise<void>((resolve) => {
        const late = setTimeout(() => resolve(), 100);
        socket.once('close', () => {
          clearTimeout(late);
          resolve();
        });
      });
      socket.destroy();
    }
    expect(await client.listCandidates()).toEqual([]);
    expect(world.failures).toEqual([]);
  });

  it('that are half a request are no hindrance', async () => {
    world = await openIdentityWorld();
    const half = await Promise.all(Array.from({ length: 20 }, open));
    for (const socket of half) socket.write('PRI * HTTP/2.0\r\n');
    await honestStill();
    for (const socket of half) socket.destroy();
  });
});
