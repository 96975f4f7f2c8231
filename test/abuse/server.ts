/** The server that is abused, in a process of its own, so that its memory is its own: told over the channel of fork(). */
import { Gatekeeper } from '../../pipeline/identity/gatekeeper.ts';
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import type { AuditEntry } from '../../pipeline/model.ts';
import { serve } from '../../pipeline/serve/serve.ts';

export interface Ready {
  readonly address: string;
  readonly port: number;
}

export interface Condition {
  /** After a collection of garbage. */
  readonly rssMb: number;
  readonly heapMb: number;
  /** Buffers and what else the heap holds outside itself. */
  readonly externalMb: number;
  readonly audited: number;
  readonly failures: readonly string[];
}

async function run(register: string, connectionsMax: number): Promise<void> {
  const log = openMemoryLog();
  await log.createTopics([{ topic: 'rail.events', partitions: 4 }]);
  const gatekeeper = await Gatekeeper.open(register);
  const audited: AuditEntry[] = [];
  const failures: string[] = [];
  const serving = await serve({
    log,
    gatekeeper,
    port: 0,
    connectionsMax,
    review: {
      list: () => [],
      watch: () => () => {},
      find: () => undefined,
      decide: () => Promise.reject(new Error('nobody decides here')),
    },
    audit: { write: async (entry) => void audited.push(entry) },
    onFailure: (error) => failures.push(String(error)),
  });
  process.on('message', () => {
    globalThis.gc?.();
    const { rss, heapUsed, external } = process.memoryUsage();
    const condition: Condition = {
      rssMb: rss / 2 ** 20,
      heapMb: heapUsed / 2 ** 20,
      externalMb: external / 2 ** 20,
      audited: audited.length,
      failures: failures.slice(0, 5),
    };
    process.send?.(condition);
  });
  process.on('disconnect', () => process.exit(0));
  const ready: Ready = { address: serving.address, port: serving.port };
  process.send?.(ready);
}

const [register, connections] = process.argv.slice(2);
await run(register!, Number(connections));
