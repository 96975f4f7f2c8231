/**
 * An ingest whose log takes nothing, to be killed: `node spool-child.js DIRECTORY FIRST` puts frame after frame into
 * the spool, from number FIRST on, and prints `held N` once frame N is durable. With a third word, STOP, it is stopped
 * after frame STOP, holds one more as a source does that ends, and ends by itself.
 */
import { writeSync } from 'node:fs';
import { TOPICS } from '../../pipeline/topics.ts';
import { Outbox } from '../../pipeline/topology/outbox.ts';
import { openSpool } from '../../pipeline/topology/spool.ts';
import { encodeFrameBatch } from '../../proto/messages.ts';
import { frameOf } from './frames.ts';

const [directory, first, stop] = process.argv.slice(2);
const stopping = new AbortController();
const outbox = new Outbox({
  log: {
    append: async () => {
      throw new Error('away');
    },
  },
  openSpool: () => openSpool({ directory: directory!, bytesMax: 1e9 }),
  patience: { signal: stopping.signal },
});
await outbox.resume();
for (let number = Number(first); stop === undefined || number <= Number(stop) + 1; number++) {
  const value = encodeFrameBatch({ frames: [frameOf('quai', number)] });
  await outbox.append([{ topic: TOPICS.frames, partition: 0, value }]);
  // writeSync: a line that was printed is out before the process can be killed.
  writeSync(1, `held ${number}\n`);
  if (number === Number(stop)) {
    stopping.abort();
    await outbox.emptied();
  }
}
await outbox.emptied();
await outbox.close();
