/** Both servers and the subscribers, as processes, and one round of sending events to them. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Answer as ClientAnswer, Order as ClientOrder } from './client.ts';
import type { Answer as ServerAnswer, Order as ServerOrder } from './server.ts';

export interface Wish {
  readonly subscribers: number;
  readonly stalled?: number;
  readonly events: number;
  /** Absent: as fast as they are taken. */
  readonly perSecond?: number;
  /** Take the server's memory while everybody is still there. */
  readonly measures?: boolean;
}

export interface Round {
  readonly perSecond: number;
  /** Processor time a delivery, of the server and of all its subscribers. */
  readonly cpuUs: number;
  readonly clientCpuUs: number;
  /** From handing over to arrival, of every delivery; only at a set rate. */
  readonly latenciesMs: readonly number[];
  readonly bytes: number;
  readonly unsent: readonly number[];
}

export type Kind = 'bare' | 'vigie';

export async function openParties() {
  const servers = {
    bare: new Child<ServerOrder, ServerAnswer>('server', ['bare']),
    vigie: new Child<ServerOrder, ServerAnswer>('server', ['vigie']),
  };
  const client = new Child<ClientOrder, ClientAnswer>('client', []);
  const ports = {
    bare: (await servers.bare.heard('ready')).port,
    vigie: (await servers.vigie.heard('ready')).port,
  };
  const made = { bare: 0, vigie: 0 };
  const faults: string[] = [];
  return {
    faults,
    async round(kind: Kind, wish: Wish): Promise<Round> {
      const { subscribers, stalled = 0, events: count, perSecond, measures = false } = wish;
      const server = servers[kind];
      server.tell({ kind: 'make', count });
      await server.heard('made');
      const timed = perSecond !== undefined;
      const first = made[kind];
      made[kind] += count;
      client.tell({ kind: 'open', port: ports[kind], subscribers, stalled, first, count, timed });
      await client.heard('open');
      server.tell({ kind: 'measure' });
      const before = await server.heard('measured');
      server.tell({ kind: 'send', ...(timed && { perSecond }) });
      const sent = server.heard('sent');
      const done = await client.heard('done');
      const { atMs } = await sent;
      server.tell({ kind: 'measure' });
      const after = await server.heard('measured');
      faults.push(...done.faults.map((fault) => `${kind}: ${fault}`));
      if (done.deliveries !== subscribers * count)
        faults.push(`${kind}: ${done.deliveries} deliveries, expected ${subscribers * count}`);
      client.tell({ kind: 'close' });
      if (measures) await new Promise((resolve) => setTimeout(resolve, 200));
      return {
        perSecond: (1e3 * done.deliveries) / (done.lastMs - atMs[0]!),
        cpuUs: (1e3 * (after.cpuMs - before.cpuMs)) / done.deliveries,
        clientCpuUs: (1e3 * done.cpuMs) / done.deliveries,
        latenciesMs: done.atMs.flatMap((arrivals, n) => arrivals.map((at) => at - atMs[n]!)),
        bytes: after.bytes,
        unsent: after.unsent,
      };
    },
    async close() {
      for (const server of [servers.bare, servers.vigie]) server.tell({ kind: 'end' });
      client.tell({ kind: 'end' });
      await Promise.all([servers.bare.ended, servers.vigie.ended, client.ended]);
    },
  };
}

class Child<Order extends { kind: string }, Answer extends { kind: string }> {
  readonly ended: Promise<void>;
  readonly #process: ChildProcess;
  readonly #heard: Answer[] = [];
  readonly #waiting = new Map<string, (answer: Answer) => void>();

  constructor(name: string, words: readonly string[]) {
    const file = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
    this.#process = fork(file, [...words], { execArgv: ['--expose-gc'], serialization: 'advanced' });
    this.#process.on('message', (answer: Answer) => {
      const take = this.#waiting.get(answer.kind);
      this.#waiting.delete(answer.kind);
      if (take === undefined) this.#heard.push(answer);
      else take(answer);
    });
    this.ended = new Promise((resolve) => this.#process.on('close', () => resolve()));
  }

  tell(order: Order): void {
    this.#process.send(order);
  }

  heard<Kind extends Answer['kind']>(kind: Kind): Promise<Extract<Answer, { kind: Kind }>> {
    type Wanted = Extract<Answer, { kind: Kind }>;
    const at = this.#heard.findIndex((answer) => answer.kind === kind);
    if (at >= 0) return Promise.resolve(this.#heard.splice(at, 1)[0] as Wanted);
    return new Promise((resolve) => this.#waiting.set(kind, resolve as (answer: Answer) => void));
  }
}
