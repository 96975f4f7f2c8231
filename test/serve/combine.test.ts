/** Messages that are sent together arrive as they were written: all, in order, before the end; and a stalled one is bounded. */
import { afterEach, expect, it } from 'vitest';
import { combining } from '../../pipeline/serve/combine.ts';
import {
  byteMethod,
  type Client,
  connect,
  Metadata,
  SERVER_OPTIONS,
  Server,
  type StreamCall,
  status,
} from '../../pipeline/serve/grpc.ts';
import { type Listening, listen } from '../../pipeline/serve/listen.ts';

const PATH = '/test.Test/Stream';
let listening: Listening | undefined;
let client: Client | undefined;
afterEach(async () => {
  client?.close();
  await listening?.close(100);
});

async function open(handle: (call: StreamCall) => void) {
  const server = new Server({ ...SERVER_OPTIONS, interceptors: [combining] });
  server.addService({ stream: byteMethod(PATH, true) }, { stream: handle });
  listening = await listen(server, '127.0.0.1', 0, 10);
  client = connect(`127.0.0.1:${listening.port}`);
  const same = (bytes: Buffer) => bytes;
  const call = client.makeServerStreamRequest(PATH, same, same, Buffer.alloc(0), new Metadata(), {});
  return call.on('error', () => {});
}

const numbered = (n: number, length: number) => {
  const message = Buffer.alloc(length);
  message.writeUInt32BE(n);
  return message;
};

it.each([
  ['small', 40, 5_000],
  ['of all sizes', 0, 2_000],
  ['large', 100_000, 40],
])('%s messages', async (_, length, count) => {
  const sizeOf = (n: number) => length || 4 + ((n * 7_919) % 9_000);
  const call = await open((served) => {
    // All at once, before the headers have left, and the end right behind them.
    for (let n = 0; n < count; n++) served.write(numbered(n, sizeOf(n)));
    served.emit('error', { code: status.UNAVAILABLE, details: 'the end' });
  });
  let next = 0;
  const failure = await (async () => {
    for await (const message of call as AsyncIterable<Buffer>) {
      expect([message.readUInt32BE(), message.length]).toEqual([next, sizeOf(next)]);
      next++;
    }
    return undefined;
  })().catch((error: unknown) => error);
  expect(next).toBe(count);
  expect(failure).toMatchObject({ code: status.UNAVAILABLE, details: 'the end' });
});

it('a peer that does not read is written to until write() says stop, and no further', async () => {
  const length = 1_000;
  let written = 0;
  let isFull = false;
  const call = await open((served) => {
    const write = () => {
      while (served.write(numbered(written++, length)));
      isFull = true;
    };
    served.on('drain', () => {
      isFull = false;
      write();
    });
    write();
  });
  await new Promise<void>((resolve) => call.once('data', () => resolve()));
  call.pause();
  let before = -1;
  while (before !== written || !isFull) {
    before = written;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  // What HTTP/2 has under way on both sides (64 KB each), what is ahead (32 KB), what grpc-js holds (16 on either side).
  expect(written * length).toBeLessThan(300_000);
  call.cancel();
});
