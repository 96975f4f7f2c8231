/**
 * Two servers in one process each, told apart by the first argument: `vigie`, the production one over the memory log,
 * and `bare`, the least that grpc-js can do: the same bytes to every stream, drained as it asks. Run with --expose-gc.
 */
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import type { Log } from '../../pipeline/log/port.ts';
import { eventResponse } from '../../pipeline/serve/envelope.ts';
import { encodeToken } from '../../pipeline/serve/events/token.ts';
import { byteMethod, SERVER_OPTIONS, Server, type StreamCall } from '../../pipeline/serve/grpc.ts';
import { listen } from '../../pipeline/serve/listen.ts';
import { serve } from '../../pipeline/serve/serve.ts';
import { CAMERAS, monotonicMs, numberedEvent, PARTITIONS, PATH, TOPIC } from './events.ts';

export type Order =
  /** Makes so many events ready. */
  | { readonly kind: 'make'; readonly count: number }
  /** Sends them all, as fast as they are taken, or at so many a second. */
  | { readonly kind: 'send'; readonly perSecond?: number }
  | { readonly kind: 'measure' }
  | { readonly kind: 'end' };

export type Answer =
  | { readonly kind: 'ready'; readonly port: number }
  | { readonly kind: 'made' }
  /** When each was handed over, or with `send` at full speed the first; monotonic, ms. */
  | { readonly kind: 'sent'; readonly atMs: readonly number[] }
  | {
      readonly kind: 'measured';
      readonly cpuMs: number;
      readonly bytes: number;
      readonly unsent: readonly number[];
    };

interface Sender {
  readonly port: number;
  /** Resolves when it was taken from us, not when it was delivered. */
  send(from: number, events: readonly Uint8Array[]): Promise<void>;
  unsent(): readonly number[];
  close(): Promise<void>;
}

const CONNECTIONS_MAX = 4_000;
const APPENDED_AT_ONCE = 256;

await run(process.argv[2] === 'bare' ? await bare() : await vigie());

async function run(sender: Sender): Promise<void> {
  let events: Uint8Array[] = [];
  let made = 0;
  const tell = (answer: Answer) => void process.send?.(answer);
  process.on('message', async (order: Order) => {
    switch (order.kind) {
      case 'make':
        events = Array.from({ length: order.count }, (_, n) => numberedEvent(made + n));
        return tell({ kind: 'made' });
      case 'send':
        tell({ kind: 'sent', atMs: await sendAll(sender, made, events, order.perSecond) });
        made += events.length;
        return undefined;
      case 'measure': {
        globalThis.gc?.();
        const { heapUsed, external } = process.memoryUsage();
        const { user, system } = process.cpuUsage();
        const unsent = sender.unsent();
        return tell({ kind: 'measured', cpuMs: (user + system) / 1e3, bytes: heapUsed + external, unsent });
      }
      case 'end':
        await sender.close();
        process.disconnect();
    }
    return undefined;
  });
  tell({ kind: 'ready', port: sender.port });
}

async function sendAll(
  sender: Sender,
  from: number,
  events: readonly Uint8Array[],
  perSecond: number | undefined,
): Promise<number[]> {
  if (perSecond === undefined) {
    const atMs = monotonicMs();
    await sender.send(from, events);
    return [atMs];
  }
  const atMs: number[] = [];
  const startMs = monotonicMs();
  for (const [n, event] of events.entries()) {
    const waitMs = startMs + (1e3 * n) / perSecond - monotonicMs();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    atMs.push(monotonicMs());
    await sender.send(from + n, [event]);
  }
  return atMs;
}

async function vigie(): Promise<Sender> {
  const log = openMemoryLog();
  await log.createTopics([{ topic: TOPIC, partitions: PARTITIONS }]);
  const nobody = {
    list: () => [],
    watch: () => () => {},
    find: () => undefined,
    decide: () => Promise.reject(),
  };
  const serving = await serve({
    log,
    review: nobody,
    port: 0,
    subscribersMax: CONNECTIONS_MAX,
    connectionsMax: CONNECTIONS_MAX,
    onFailure: (error) => console.error(error),
  });
  return {
    port: serving.port,
    send: (from, events) => append(log, from, events),
    unsent: () => serving.subscribers().map(({ unsent }) => unsent),
    close: () => serving.close(100),
  };
}

async function append(log: Log, from: number, events: readonly Uint8Array[]): Promise<void> {
  for (let at = 0; at < events.length; at += APPENDED_AT_ONCE) {
    const some = events.slice(at, at + APPENDED_AT_ONCE);
    await log.append(some.map((value, n) => ({ topic: TOPIC, partition: (from + at + n) % CAMERAS, value })));
  }
}

async function bare(): Promise<Sender> {
  const server = new Server(SERVER_OPTIONS);
  const calls = new Map<StreamCall, Fan>();
  const hello = eventResponse(encodeToken({ topic: TOPIC, offsets: [] }), Buffer.alloc(0)).subarray(0, 2);
  server.addService(
    { subscribe: byteMethod(PATH, true) },
    {
      subscribe(call: StreamCall) {
        calls.set(call, new Fan(call));
        call.on('close', () => calls.delete(call)).on('cancelled', () => calls.delete(call));
        call.write(hello);
      },
    },
  );
  const listening = await listen(server, '127.0.0.1', 0, CONNECTIONS_MAX);
  return {
    port: listening.port,
    async send(_, events) {
      const token = encodeToken({ topic: TOPIC, offsets: Array.from({ length: PARTITIONS }, () => 100_000) });
      const buffers = events.map((event) => eventResponse(token, event));
      for (const fan of calls.values()) fan.send(buffers);
    },
    unsent: () => [...calls.keys()].map((call) => call.writableLength),
    close: () => listening.close(100),
  };
}

class Fan {
  readonly #call: StreamCall;
  #buffers: readonly Buffer[] = [];
  #at = 0;
  #hasRoom = true;

  constructor(call: StreamCall) {
    this.#call = call;
    call.on('drain', () => {
      this.#hasRoom = true;
      this.#pump();
    });
  }

  send(buffers: readonly Buffer[]): void {
    this.#buffers =
      this.#at < this.#buffers.length ? [...this.#buffers.slice(this.#at), ...buffers] : buffers;
    this.#at = 0;
    this.#pump();
  }

  #pump(): void {
    while (this.#hasRoom && this.#at < this.#buffers.length) {
      this.#hasRoom = this.#call.write(this.#buffers[this.#at++]!);
    }
  }
}
