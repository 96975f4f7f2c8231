/** A clip to a browser: its parts, its end, and what has to be true before anything counts as seen. */
import { describe, expect, it } from 'vitest';
import type { ClipHeader, ClipPart as ClipPiece } from '../../pipeline/clip.ts';
import type { ClipPart } from '../../pipeline/console/api.ts';
import { clipOf } from '../../pipeline/console/clip.ts';
import { Seen } from '../../pipeline/console/seen.ts';
import type { Session } from '../../pipeline/console/sessions.ts';
import { RpcError } from '../../pipeline/serve/client/client.ts';
import { frame } from '../proto/samples.ts';

const CANDIDATE = 'gare/quai/1/no-tracks/7';
const header: ClipHeader = {
  site: 'gare',
  camera: 'quai',
  epoch: 1,
  candidate: CANDIDATE,
  kind: 'full',
  width: 320,
  height: 180,
  mediaType: 'image/jpeg',
  fromMs: 1,
  untilMs: 2,
  keptUntilMs: 3,
  growing: false,
  pictures: 2,
};
const picture = (number: number): ClipPiece => ({
  kind: 'picture',
  picture: { number, capturedAtMs: 1_000 + number, data: Uint8Array.of(9, 8, number), frame },
});

function sessionWith(getClip: (of: { why: string; signal: AbortSignal }) => AsyncIterable<ClipPiece>) {
  const over = new AbortController();
  const session = {
    connections: { of: async () => ({ client: { getClip } }) },
    seen: new Seen(),
    over: over.signal,
    streams: new Set<object>(),
    failed(error: unknown) {
      const ends = error instanceof RpcError && error.status === 'UNAUTHENTICATED';
      if (ends) over.abort('credentials_revoked');
      return ends;
    },
  };
  return session as unknown as Session;
}

function partsIn(bytes: Uint8Array): { part: ClipPart; picture: readonly number[] }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts = [];
  for (let at = 0; at < bytes.length; ) {
    const jsonBytes = view.getUint32(at, true);
    const json = new TextDecoder().decode(bytes.subarray(at + 4, at + 4 + jsonBytes));
    at += 4 + jsonBytes;
    const pictureBytes = view.getUint32(at, true);
    parts.push({
      part: JSON.parse(json) as ClipPart,
      picture: [...bytes.subarray(at + 4, at + 4 + pictureBytes)],
    });
    at += 4 + pictureBytes;
  }
  return parts;
}

const read = async (answer: Response) => partsIn(new Uint8Array(await answer.arrayBuffer()));

describe('a clip', () => {
  it('is its header, its pictures with what was seen in them, and an end', async () => {
    const whys: string[] = [];
    const session = sessionWith(async function* ({ why }) {
      whys.push(why);
      yield { kind: 'header', header };
      yield picture(0);
      yield picture(1);
    });
    const parts = await read(await clipOf(session, CANDIDATE, 'review'));
    expect(parts.map(({ part }) => part.part)).toEqual(['header', 'picture', 'picture', 'end']);
    const { epoch: _, candidate: __, ...shown } = header;
    expect(parts[0]!.part).toEqual({ part: 'header', ...shown });
    expect(parts[1]!.picture).toEqual([9, 8, 0]);
    expect(parts[2]!.part).toMatchObject({
      number: 1,
      capturedAtMs: 1_001,
      frame: {
        planeWidth: 10,
        planeHeight: 6,
        cells: {
          columns: 3,
          rows: 2,
          index: [0, 2, 5],
          flowX: [0, 127, -128],
          flowY: [-1, 1, 2],
          flame: [0, 200, 3],
        },
      },
    });
    expect(parts[3]!.part).toEqual({ part: 'end', code: 'ok', message: '' });
    expect(whys).toEqual(['review']);
    expect(session.streams.size).toBe(0);
  });

  it('counts as seen only when all of it was taken and it was said to have been played', async () => {
    const session = sessionWith(async function* () {
      yield { kind: 'header', header };
      yield picture(0);
    });
    const left = await clipOf(session, CANDIDATE, '');
    const reader = left.body!.getReader();
    await reader.read();
    await reader.read();
    expect(session.seen.played(CANDIDATE)).toBe(false);
    await reader.cancel();
    expect(session.seen.played(CANDIDATE)).toBe(false);
    expect(session.streams.size).toBe(0);
    await read(await clipOf(session, CANDIDATE, ''));
    expect(session.seen.has(CANDIDATE)).toBe(false);
    expect(session.seen.played(CANDIDATE)).toBe(true);
    expect(session.seen.has(CANDIDATE)).toBe(true);
    expect(session.seen.has('gare/quai/1/no-tracks/8')).toBe(false);
  });

  it.each<[string, RpcError, string, boolean]>([
    ['is gone', new RpcError('NOT_FOUND', 'clip_gone', 'kept until then'), 'clip_gone', true],
    ['is not here', new RpcError('NOT_FOUND', 'clip_not_here', 'no edge'), 'clip_not_here', true],
    [
      'is on a server that has none',
      new RpcError('UNIMPLEMENTED', 'unimplemented', ''),
      'clip_not_here',
      true,
    ],
    ['is at an edge that is away', new RpcError('UNAVAILABLE', 'edge_away', 'x'), 'edge_away', false],
    ['is on a server that is away', new RpcError('UNAVAILABLE', 'unavailable', 'x'), 'server_away', false],
    ['is not theirs', new RpcError('PERMISSION_DENIED', 'outside_scope', 'x'), 'outside_scope', false],
    [
      'is asked for with a token that was revoked',
      new RpcError('UNAUTHENTICATED', 'x', 'x'),
      'session_over',
      false,
    ],
  ])('that %s ends so; only one that does not exist need not be watched', async (_, error, code, seen) => {
    const session = sessionWith(async function* () {
      yield { kind: 'header', header };
      throw error;
    });
    const parts = await read(await clipOf(session, CANDIDATE, ''));
    expect(parts.at(-1)!.part).toMatchObject({ part: 'end', code });
    expect(session.seen.has(CANDIDATE)).toBe(seen);
    expect(session.seen.played(CANDIDATE)).toBe(seen);
  });

  it('whose browser left while the server was still sending was not taken, though its stream ends quietly', async () => {
    const session = sessionWith(async function* ({ signal }) {
      yield { kind: 'header', header };
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    });
    const reader = (await clipOf(session, CANDIDATE, '')).body!.getReader();
    await reader.read();
    const next = reader.read().catch(() => undefined);
    // The server has been asked for the next picture, and has not given it yet.
    await new Promise((resolve) => setTimeout(resolve, 10));
    await reader.cancel();
    await next;
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(session.seen.played(CANDIDATE)).toBe(false);
  });

  it('is not read ahead of a browser that is slow', async () => {
    let given = 0;
    const session = sessionWith(async function* () {
      yield { kind: 'header', header };
      for (; given < 100; given++) yield picture(given);
    });
    const reader = (await clipOf(session, CANDIDATE, '')).body!.getReader();
    await reader.read();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(given).toBe(0);
    await reader.cancel();
  });
});

describe('what was seen', () => {
  it('is forgotten, oldest first, when there is too much of it', () => {
    const seen = new Seen();
    for (let n = 0; n <= 2_000; n++) {
      seen.fetched(`c${n}`, 'ok');
      seen.played(`c${n}`);
    }
    expect([seen.has('c0'), seen.has('c1'), seen.has('c2000')]).toEqual([false, true, true]);
  });

  it('stays seen when the clip is fetched again and the line breaks', () => {
    const seen = new Seen();
    seen.fetched('c', 'ok');
    seen.played('c');
    seen.fetched('c', 'server_away');
    seen.fetched('c', 'ok');
    expect(seen.has('c')).toBe(true);
  });
});
