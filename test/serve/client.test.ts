/** What a subscription does when the server is away, and what a unary call does when nobody answers. */
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { unary } from '../../pipeline/serve/calls.ts';
import type { Delivery } from '../../pipeline/serve/client/client.ts';
import { subscribeKept } from '../../pipeline/serve/client/kept.ts';
import { subscription } from '../../pipeline/serve/client/subscription.ts';
import { progressResponse } from '../../pipeline/serve/envelope.ts';
import { encodeToken } from '../../pipeline/serve/events/token.ts';
import { type ClientReadableStream, Metadata, type UnaryCall } from '../../pipeline/serve/grpc.ts';

const token = encodeToken({ topic: 't', offsets: [1] });
/** A connection that gives these messages, then breaks. */
function broken(...messages: readonly Buffer[]): ClientReadableStream<Buffer> {
  const failure = Object.assign(new Error('away'), { code: 14, details: 'away', metadata: new Metadata() });
  return Object.assign(new EventEmitter(), {
    cancel() {},
    async *[Symbol.asyncIterator]() {
      yield* messages;
      throw failure;
    },
  }) as unknown as ClientReadableStream<Buffer>;
}

async function waits(chance: () => number, connections: readonly (readonly Buffer[])[]): Promise<number[]> {
  let next = 0;
  const open = () => broken(...(connections[next++] ?? []));
  const found: number[] = [];
  for await (const delivery of subscription(open, { backoffMs: 2, backoffMsMax: 16, chance })) {
    if (delivery.kind === 'reconnecting') found.push(delivery.waitMs);
    if (found.length === connections.length) break;
  }
  return found;
}

describe('back-off', () => {
  const never = Array.from({ length: 6 }, () => []);
  it('doubles up to its longest, and half of it is chance', async () => {
    expect(await waits(() => 1, never)).toEqual([2, 4, 8, 16, 16, 16]);
    expect(await waits(() => 0, never)).toEqual([1, 2, 4, 8, 8, 8]);
    expect(await waits(() => 0.5, never)).toEqual([2, 3, 6, 12, 12, 12]);
  });

  it('begins anew after a message', async () => {
    const alive = [progressResponse(token, 1)];
    expect(await waits(() => 1, [[], [], alive, [], alive])).toEqual([2, 4, 2, 4, 2]);
  });
});

describe('a kept subscription', () => {
  const deliveries: Delivery[] = [1, 2, 3].map((n) => ({ kind: 'progress', atMs: n, token: Buffer.of(n) }));
  const run = async (handle: (delivery: Delivery) => Promise<'enough' | undefined>, kept?: Uint8Array) => {
    const asked: unknown[] = [];
    let stored = kept;
    const client = {
      async *subscribe(options: { resumeToken?: Uint8Array } = {}) {
        asked.push(options.resumeToken);
        yield* deliveries;
      },
    };
    const keeper = {
      read: async () => stored,
      write: async (newer: Uint8Array) => {
        stored = newer;
      },
    };
    const failure = await subscribeKept(client, {}, keeper, handle).catch((error: unknown) => error);
    return { asked, stored, failure };
  };

  it('keeps the token of what is done, and of nothing that failed', async () => {
    expect(await run(async () => undefined, Buffer.of(9))).toMatchObject({
      asked: [Buffer.of(9)],
      stored: Buffer.of(3),
    });
    expect(await run(async ({ kind }) => (kind === 'progress' ? 'enough' : undefined))).toMatchObject({
      asked: [undefined],
      stored: Buffer.of(1),
    });
    let handled = 0;
    const failed = await run(async () => {
      if (++handled === 2) throw new Error('full');
      return undefined;
    });
    expect(failed).toMatchObject({ stored: Buffer.of(1), failure: new Error('full') });
  });
});

it('a unary call whose handler never answers is answered DEADLINE_EXCEEDED', async () => {
  const never = unary(
    (bytes) => bytes,
    () => new Promise<Uint8Array>(() => {}),
    (bytes) => bytes,
    () => {},
    10,
  );
  const answer = await new Promise((resolve) => {
    void never({ request: new Uint8Array(0) } as UnaryCall, (error) => resolve(error));
  });
  expect(answer).toMatchObject({ code: 4 });
});
