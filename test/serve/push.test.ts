/** IngestService.Push at a real server over a port whose answers the test decides: order, bounds, ends. */
import { afterEach, describe, expect, it } from 'vitest';
import { openClient, RpcError, type VigieClient } from '../../pipeline/serve/client/client.ts';
import { connect, Metadata } from '../../pipeline/serve/grpc.ts';
import { UNACKNOWLEDGED_FRAMES_MAX } from '../../pipeline/serve/ingest.ts';
import type { IngestPort, PushedRequest } from '../../pipeline/serve/port.ts';
import {
  decodePushResponse,
  encodePushRequest,
  PUSH_FRAMES_MAX,
  type PushResponse,
} from '../../proto/messages.ts';
import { frameOf } from '../support/frames.ts';
import { openWorld, type World } from './world.ts';

let world: World | undefined;
let client: VigieClient | undefined;
afterEach(async () => {
  client?.close();
  await world?.close();
});

/** Answers when it is let: everything is accepted. */
function gate() {
  const taken: PushedRequest[][] = [];
  let open = false;
  let pass = () => {};
  const port: IngestPort = {
    async take(requests) {
      taken.push([...requests]);
      if (!open) {
        await new Promise<void>((resolve) => {
          pass = resolve;
        });
      }
      return requests.map(({ sequence, frames, faults }) => ({
        sequence,
        accepted: frames.length,
        rejections: faults.map(({ index, code, detail }) => ({ index, code, detail })),
      }));
    },
  };
  const requests = () => taken.flat();
  return {
    port,
    taken,
    requests,
    frames: () => requests().reduce((sum, { frames }) => sum + frames.length, 0),
    release() {
      open = true;
      pass();
    },
  };
}

async function begin(port: IngestPort, more: { producersMax?: number } = {}) {
  world = await openWorld({ ingest: port, ...more });
  client = openClient(world.serving.address);
  return client;
}

const frames = (count: number, from = 0) =>
  Array.from({ length: count }, (_, n) => frameOf('quai', from + n));
const failure = (error: unknown) => (error instanceof RpcError ? `${error.status} ${error.code}` : error);

describe('Push', () => {
  it('answers each request in order, and takes at once what came while it stored', async () => {
    const at = gate();
    const stream = (await begin(at.port)).openPush();
    const answers = Array.from({ length: 20 }, (_, n) => stream.push(frames(2, n * 2)));
    await expect.poll(() => at.taken.length).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 200));
    at.release();
    const sequences = (await Promise.all(answers)).map(({ sequence, accepted }) => [sequence, accepted]);
    expect(sequences).toEqual(Array.from({ length: 20 }, (_, n) => [n + 1, 2]));
    expect(at.taken.length).toBeLessThan(10);
    const numbers = at.requests().flatMap((request) => request.frames.map(({ number }) => number));
    expect(numbers).toEqual(Array.from({ length: 40 }, (_, n) => n));
    await stream.close();
  });

  it('reads no further than the bound while nothing is stored, and loses nothing', {
    timeout: 60_000,
  }, async () => {
    const at = gate();
    const stream = (await begin(at.port)).openPush();
    const count = 400;
    const answers = (async () => {
      const all: Promise<PushResponse>[] = [];
      for (let n = 0; n < count; n++) all.push(stream.push(frames(16, n * 16)));
      return Promise.all(all);
    })();
    await expect.poll(() => at.taken.length).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(at.taken.length).toBe(1);
    at.release();
    const accepted = (await answers).reduce((sum, one) => sum + one.accepted, 0);
    expect(accepted).toBe(count * 16);
    // What was taken at once was read while the first was stored: the bound, and the request that reached it.
    expect(Math.max(...at.taken.map((batch) => batch.length * 16))).toBeLessThanOrEqual(
      UNACKNOWLEDGED_FRAMES_MAX + 16,
    );
    expect(Math.max(...at.taken.map((batch) => batch.length * 16))).toBeGreaterThan(
      UNACKNOWLEDGED_FRAMES_MAX / 4,
    );
    await stream.close();
  });

  it('answers what it cannot read, whole or in part, and goes on', async () => {
    const at = gate();
    at.release();
    await begin(at.port);
    const raw = connect(world!.serving.address);
    const same = (bytes: Buffer) => bytes;
    const call = raw.makeBidiStreamRequest('/vigie.v1.IngestService/Push', same, same, new Metadata(), {});
    const heard: PushResponse[] = [];
    call.on('data', (bytes: Buffer) => heard.push(decodePushResponse(bytes)));
    call.on('error', () => {});
    const sound = Buffer.from(encodePushRequest({ sequence: 5, frames: frames(1) }));
    // Field 2, wire type 2: a frame of two bytes that ends too early.
    const bad = Buffer.concat([sound, Buffer.from([0x12, 2, 0x0a, 9])]);
    call.write(Buffer.from([0xff, 0xff, 0xff]));
    call.write(bad);
    call.write(Buffer.from(encodePushRequest({ sequence: 6, frames: frames(PUSH_FRAMES_MAX + 1) })));
    call.write(Buffer.alloc(0));
    call.write(sound);
    await expect.poll(() => heard.length).toBe(5);
    const told = heard.map(({ sequence, accepted, rejections }) => [
      sequence,
      accepted,
      rejections.map(({ index, code }) => `${index} ${code}`),
    ]);
    expect(told).toEqual([
      [0, 0, ['0 garbage']],
      [5, 1, ['1 garbage']],
      [6, PUSH_FRAMES_MAX, [`${PUSH_FRAMES_MAX} too_long`]],
      [0, 0, []],
      [5, 1, []],
    ]);
    call.end();
    raw.close();
  });

  it('acknowledges everything before it ends when the producer does', async () => {
    const at = gate();
    const stream = (await begin(at.port)).openPush();
    const answer = stream.push(frames(3));
    const closed = stream.close();
    setTimeout(() => at.release(), 100);
    expect((await answer).accepted).toBe(3);
    await closed;
  });

  it('says that it shuts down, and what was not acknowledged is known', async () => {
    const at = gate();
    const stream = (await begin(at.port)).openPush();
    const answer = stream.push(frames(3)).catch(failure);
    await expect.poll(() => at.taken.length).toBe(1);
    const closing = world!.serving.close(500);
    at.release();
    await closing;
    expect(['UNAVAILABLE shutting_down', 'accepted']).toContain(
      await answer.then((one) =>
        typeof one === 'object' && one !== null && 'accepted' in one ? 'accepted' : one,
      ),
    );
    expect(await stream.push(frames(1)).catch(failure)).toBe('UNAVAILABLE shutting_down');
  });

  it('says that frames cannot be stored when the log has failed for good', async () => {
    const failing: IngestPort = { take: async () => Promise.reject(new Error('no such topic')) };
    const stream = (await begin(failing)).openPush();
    expect(await stream.push(frames(1)).catch(failure)).toBe('UNAVAILABLE log_unavailable');
  });

  it('refuses more producers than it was told', async () => {
    const at = gate();
    at.release();
    const one = (await begin(at.port, { producersMax: 1 })).openPush();
    await one.push(frames(1));
    const two = client!.openPush();
    expect(await two.push(frames(1)).catch(failure)).toBe('RESOURCE_EXHAUSTED too_many_producers');
    await one.close();
  });
});
