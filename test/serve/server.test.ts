import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { InputError } from '../../pipeline/errors.ts';
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import { connect, Metadata } from '../../pipeline/serve/grpc.ts';
import { isLoopback } from '../../pipeline/serve/loopback.ts';
import { serve } from '../../pipeline/serve/serve.ts';
import { current, openWorld, scriptedReview, type World } from './world.ts';

let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

/** Raw bytes: the health messages are `string service = 1` and `ServingStatus status = 1` (1 SERVING, 2 NOT_SERVING). */
const named = (service: string) => Buffer.concat([Buffer.from([0x0a, service.length]), Buffer.from(service)]);
const same = (bytes: Buffer) => bytes;

describe('health', () => {
  it('is SERVING for the server and each service, and unknown for others', async () => {
    world = await openWorld();
    const client = connect(world.serving.address);
    const check = (service: string) =>
      new Promise<number>((resolve) => {
        client.makeUnaryRequest(
          '/grpc.health.v1.Health/Check',
          same,
          same,
          named(service),
          new Metadata(),
          {},
          (error, bytes) => resolve(error ? -error.code : (bytes?.[1] ?? 0)),
        );
      });
    expect(await check('')).toBe(1);
    expect(await check('vigie.v1.EventService')).toBe(1);
    expect(await check('vigie.v1.ReviewService')).toBe(1);
    expect(await check('vigie.v1.ObservationService')).toBe(1);
    expect(await check('vigie.v1.IngestService')).toBe(1);
    expect(await check('vigie.v1.OperationService')).toBe(1);
    expect(await check('vigie.v1.Nothing')).toBe(-5);
    client.close();
  });

  it('goes NOT_SERVING before streams end, and the end says how to go on', async () => {
    world = await openWorld();
    const heard: string[] = [];
    const client = connect(world.serving.address);
    const watch = client.makeServerStreamRequest(
      '/grpc.health.v1.Health/Watch',
      same,
      same,
      named(''),
      new Metadata(),
      {},
    );
    watch.on('error', () => {});
    const first = new Promise<void>((resolve) => {
      watch.on('data', (bytes: Buffer) => {
        heard.push(bytes[1] === 1 ? 'serving' : 'not serving');
        resolve();
      });
    });
    const stream = world.client.subscribe();
    await untilCurrent(stream);
    await first;
    const ended = (async () => {
      for await (const delivery of stream) {
        if (delivery.kind !== 'reconnecting') continue;
        heard.push(`stream ended: ${delivery.why}`);
        return;
      }
    })();
    await Promise.all([world.serving.close(300), ended]);
    expect(heard.slice(0, 2)).toEqual(['serving', 'not serving']);
    expect(heard[2]).toContain('go on with the last resume token');
    client.close();
  });
});

describe('closing', () => {
  it('is bounded although a subscriber stays', async () => {
    world = await openWorld();
    const stream = world.client.subscribe();
    await untilCurrent(stream);
    await world.serving.close(100);
    expect(world.serving.subscribers()).toEqual([]);
    await stream.return();
  });
});

describe('binding', () => {
  const log = openMemoryLog();
  const refused = (host: string, port = 0) =>
    serve({ log, review: scriptedReview(), host, port }).then(
      () => 'bound',
      (error: unknown) => (error instanceof InputError ? error.code : error),
    );

  it.each(['0.0.0.0', '::', '192.168.1.4', '10.0.0.1', 'example.org', '127.evil.example', ''])(
    'refuses %s while there is only the development identity',
    async (host) => {
      expect(await refused(host)).toBe('bind_not_loopback');
    },
  );

  it.each(['127.0.0.1', '127.8.8.8', '::1', 'localhost'])('takes %s for loopback', (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  it('says when the port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    expect(await refused('127.0.0.1', port)).toBe('port_in_use');
    await new Promise((resolve) => other.close(resolve));
  });
});

/** Takes up to the first progress and leaves the stream open. */
async function untilCurrent(stream: ReturnType<World['client']['subscribe']>) {
  for (;;) {
    const next = await stream.next();
    if (next.done || current([next.value])) return;
  }
}
