/** ClipService at a real server: who is shown what, in the audit before it is shown, and from which edge. */
import { afterEach, describe, expect, it } from 'vitest';
import type { ClipHeader, ClipHolder, ClipPart } from '../../pipeline/clip.ts';
import { ClipRefusal } from '../../pipeline/clip.ts';
import type { VigieClient } from '../../pipeline/serve/client/client.ts';
import { RpcError } from '../../pipeline/serve/client/client.ts';
import type { ServeOptions } from '../../pipeline/serve/serve.ts';
import { frameOf } from '../support/frames.ts';
import { type IdentityWorld, openIdentityWorld, pause, refusal } from './identity/world.ts';
import { BEGAN_MS, candidate, ledgerReview } from './world.ts';

let world: IdentityWorld;
const stops: AbortController[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) stop.abort();
  await world.close();
});

const SITE = 'gare-exemple';
const one = candidate(1, { camera: 'quai-1' });
const fire = candidate(2, { camera: 'quai-1', type: 'fire' });
const away = candidate(3, { site: 'autre', camera: 'quai-1' });

/** Holds a clip of `pictures` pictures of every candidate. */
function holder(
  wish: Partial<ClipHolder> & { name?: number; pictures?: number; bytes?: number; keptUntilMs?: number } = {},
): ClipHolder & { asked: string[]; given: number } {
  const { name = 1, pictures = 3, bytes = 21_600, keptUntilMs = BEGAN_MS + 3_600_000, ...rest } = wish;
  async function* parts(camera: string, count: number, id?: string): AsyncGenerator<ClipPart> {
    held.asked.push(id ?? camera);
    const header: ClipHeader = {
      ...{ site: held.site, camera, epoch: BEGAN_MS, kind: 'plane' as const, width: 160, height: 90 },
      ...{ mediaType: 'video/raw', fromMs: BEGAN_MS, untilMs: BEGAN_MS + 20_000, keptUntilMs },
      ...{ growing: false, pictures: count, ...(id !== undefined && { candidate: id }) },
    };
    yield { kind: 'header', header };
    for (let number = 0; number < count; number++) {
      held.given += 1;
      const data = new Uint8Array(bytes).fill(name);
      const frame = frameOf(camera, number, { site: held.site });
      yield { kind: 'picture', picture: { number, capturedAtMs: BEGAN_MS + number, data, frame } };
    }
  }
  const held = {
    site: SITE,
    cameras: ['quai-1', 'quai-2'],
    asked: [] as string[],
    given: 0,
    clip: (id: string) => parts(id.split('/')[1]!, pictures, id),
    picture: (camera: string) => parts(camera, 1),
    ...rest,
  };
  return held;
}

async function begin(options: Partial<ServeOptions> = {}) {
  const review = ledgerReview();
  review.hear(one, fire, away);
  world = await openIdentityWorld({ review, ...options });
  return world;
}

async function dialIn(edge: ClipHolder, sites: 'all' | readonly string[] = [SITE]) {
  const client = await world.as({ role: 'producer', sites, id: `edge-${stops.length}` });
  const stop = new AbortController();
  stops.push(stop);
  let ended: unknown;
  await new Promise<void>((taken) => {
    const over = client.deliverClips(edge, stop.signal, taken);
    over.then(
      () => taken(),
      (error: unknown) => {
        ended = error;
        taken();
      },
    );
  });
  return { stop, ended: () => ended };
}

async function shown(client: VigieClient, id: string, why = 'decision') {
  const parts: ClipPart[] = [];
  for await (const part of client.getClip({ candidate: id, why })) parts.push(part);
  return parts;
}

describe.each([['in this process'], ['from an edge that dialled in']])('a clip %s', (where) => {
  async function withClips(edge: ClipHolder, options: Partial<ServeOptions> = {}) {
    const isHere = where === 'in this process';
    await begin({ ...options, ...(isHere && { clips: edge }) });
    if (!isHere) await dialIn(edge);
    return world.as({ role: 'agent', name: 'A. Martin', sites: [SITE], events: ['forbidden_zone'] });
  }

  it('reaches an agent whole, and the audit says who saw it, when and why', async () => {
    const agent = await withClips(holder());
    const parts = await shown(agent, one.id);
    expect(parts.map(({ kind }) => kind)).toEqual(['header', 'picture', 'picture', 'picture']);
    expect(parts[0]).toMatchObject({ header: { candidate: one.id, camera: 'quai-1', pictures: 3 } });
    expect(parts[3]).toMatchObject({ picture: { number: 2, frame: { camera: 'quai-1' } } });
    expect(world.audited).toMatchObject([
      { who: 'A. Martin', role: 'agent', act: 'view', object: one.id, result: 'ok', why: 'decision' },
    ]);
    expect(world.audited[0]!.atMs).toBe(world.clock.nowMs);
  });

  it('is in the audit before its first byte', async () => {
    const written: (() => void)[] = [];
    const audit = { write: () => new Promise<void>((done) => written.push(done)) };
    const agent = await withClips(holder(), { audit });
    const parts = agent.getClip({ candidate: one.id, why: '' });
    const first = parts.next();
    while (written.length === 0) await pause(5);
    expect(await Promise.race([first, pause(100)])).toBeUndefined();
    written[0]!();
    expect((await first).value).toMatchObject({ kind: 'header' });
    await parts.return();
  });

  it.each<[string, () => Promise<void>]>([
    ['refuses', () => Promise.reject(new Error('the log is away'))],
    ['does not answer', () => new Promise(() => {})],
  ])('is not shown when the audit %s', async (_, write) => {
    const agent = await withClips(holder(), { audit: { write } });
    expect(await refusal(shown(agent, one.id))).toBe('UNAVAILABLE not_audited');
    const picture = agent.getPicture({ site: SITE, camera: 'quai-1', why: 'zones' });
    expect(await refusal(picture)).toBe('UNAVAILABLE not_audited');
  });

  it.each([
    ['of no candidate', `${SITE}/quai-1/1/no-tracks/9`, 'NOT_FOUND unknown_candidate'],
    ['of another site', away.id, 'PERMISSION_DENIED outside_scope'],
    ['of another type', fire.id, 'PERMISSION_DENIED outside_scope'],
    ['without an id', '', 'INVALID_ARGUMENT request_undecodable'],
  ])('%s is refused, and the edge is not asked', async (_, id, expected) => {
    const edge = holder();
    const agent = await withClips(edge);
    expect(await refusal(shown(agent, id))).toBe(expected);
    expect(edge.asked).toEqual([]);
  });

  it('whose time is over is not shown, whatever the edge still has', async () => {
    const agent = await withClips(holder({ keptUntilMs: BEGAN_MS + 60_000 }));
    expect(await refusal(shown(agent, one.id))).toBe('NOT_FOUND clip_gone');
    expect(world.audited).toMatchObject([{ act: 'view', result: 'clip_gone' }]);
  });

  it('that the edge does not have, or gives for another, is refused by name', async () => {
    const edge = holder();
    const agent = await withClips({
      ...edge,
      clip() {
        throw new ClipRefusal('clip_gone', 'none was cut');
      },
      picture: (camera, signal) => edge.picture(camera === 'quai-1' ? 'quai-2' : camera, signal),
    });
    expect(await refusal(shown(agent, one.id))).toBe('NOT_FOUND clip_gone');
    const picture = agent.getPicture({ site: SITE, camera: 'quai-1', why: 'zones' });
    expect(await refusal(picture)).toBe('UNAVAILABLE clip_unfit');
  });

  it('what a camera sees now is shown for a reason', async () => {
    const agent = await withClips(holder({ name: 7 }));
    const at = { site: SITE, camera: 'quai-2' };
    expect(await refusal(agent.getPicture({ ...at, why: ' ' }))).toBe('INVALID_ARGUMENT no_reason');
    expect(await refusal(agent.getPicture({ ...at, site: 'autre', why: 'x' }))).toBe(
      'PERMISSION_DENIED outside_scope',
    );
    expect(await refusal(agent.getPicture({ ...at, camera: 'hall', why: 'x' }))).toBe(
      'UNAVAILABLE clip_not_here',
    );
    const { header, picture } = await agent.getPicture({ ...at, why: 'zones' });
    expect([header.candidate, picture.data[0]]).toEqual([undefined, 7]);
    expect(world.audited.at(-1)).toMatchObject({ act: 'view', object: `${SITE}/quai-2`, why: 'zones' });
  });

  it('is not read ahead of a reader who does not take it', async () => {
    const edge = holder({ pictures: 400, bytes: 190_000 });
    const agent = await withClips(edge);
    const parts = agent.getClip({ candidate: one.id, why: '' });
    await parts.next();
    let before = -1;
    while (before !== edge.given) {
      before = edge.given;
      await pause(300);
    }
    // 76 MB; the client holds 16 messages, the server a window, an edge's stream 4 MB and 16 messages.
    expect(edge.given).toBeLessThan(120);
    let pictures = 0;
    for await (const { kind } of parts) if (kind === 'picture') pictures += 1;
    expect(pictures).toBe(400);
  });
});

describe('an edge', () => {
  it('that nobody knows of leaves its cameras without clips, and one that goes takes them along', async () => {
    await begin();
    const agent = await world.as({ role: 'agent' });
    expect(await refusal(shown(agent, one.id))).toBe('UNAVAILABLE clip_not_here');
    const { stop } = await dialIn(holder());
    expect(await shown(agent, one.id)).toHaveLength(4);
    stop.abort();
    while (true) {
      const found = await refusal(shown(agent, one.id));
      if (found === 'UNAVAILABLE clip_not_here') break;
      await pause(10);
    }
  });

  it('that claims what another has gets it, and it is said', async () => {
    await begin();
    const [first, second] = [holder({ name: 1 }), holder({ name: 2, cameras: ['quai-1'] })];
    await dialIn(first);
    const { stop } = await dialIn(second);
    const agent = await world.as({ role: 'agent' });
    expect((await shown(agent, one.id))[1]).toMatchObject({ picture: { data: { 0: 2 } } });
    expect(world.failures.map(String).join()).toContain(`clips of '${SITE}/quai-1' are claimed by two edges`);
    const other = await agent.getPicture({ site: SITE, camera: 'quai-2', why: 'x' });
    expect(other.picture.data[0]).toBe(1);
    stop.abort();
  });

  it('of a site outside its scope is refused', async () => {
    await begin();
    const { ended } = await dialIn(holder({ site: 'autre' }), [SITE]);
    expect(ended()).toBeInstanceOf(RpcError);
    expect((ended() as RpcError).code).toBe('outside_scope');
  });

  it('is told when nobody waits any more, and answers the next', async () => {
    await begin();
    const edge = holder({ pictures: 400, bytes: 190_000 });
    await dialIn(edge);
    const agent = await world.as({ role: 'agent' });
    const parts = agent.getClip({ candidate: one.id, why: '' });
    await parts.next();
    await parts.return();
    const now = await agent.getPicture({ site: SITE, camera: 'quai-1', why: 'x' });
    expect(now.header.camera).toBe('quai-1');
    await pause(200);
    expect(edge.given).toBeLessThan(200);
  });

  it('that is lost in the middle ends the clip with a reason', async () => {
    await begin();
    const { stop } = await dialIn(holder({ pictures: 400, bytes: 190_000 }));
    const agent = await world.as({ role: 'agent' });
    const parts = agent.getClip({ candidate: one.id, why: '' });
    await parts.next();
    stop.abort();
    const rest = async () => {
      for await (const _ of parts);
    };
    expect(await refusal(rest())).toBe('UNAVAILABLE clip_not_here');
  });
});

it('a server sends so many clips at a time', async () => {
  const hanging: ClipHolder = {
    ...holder(),
    async *clip(id, signal) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      yield* holder().clip(id, signal);
    },
  };
  await begin({ clips: hanging, clipViewsMax: 2 });
  const agent = await world.as({ role: 'agent' });
  const open = [0, 1].map(() => agent.getClip({ candidate: one.id, why: '' }));
  for (const parts of open) void parts.next().catch(() => undefined);
  await pause(100);
  expect(await refusal(shown(agent, one.id))).toBe('RESOURCE_EXHAUSTED too_many_views');
});
