/**
 * An ingest whose log takes nothing, to be killed: `node spool-child.js DIRECTORY FIRST` puts frame after frame into
 * the spool, from number FIRST on, and prints `held N` once frame N is durable.
 */
import { writeSync } from 'node:fs';
import { TOPICS } from '../../pipeline/topics.ts';
import { Outbox } from '../../pipeline/topology/outbox.ts';
import { openSpool } from '../../pipeline/topology/spool.ts';
import { encodeFrameBatch } from '../../proto/messages.ts';
import { frameOf } from './frames.ts';

const [directory, first] = process.argv.slice(2);
const outbox = new Outbox({
  log: {
    append: async () => {
      throw new Error('away');
    },
  },
  openSpool: () => openSpool({ directory: directory!, bytesMax: 1e9 }),
  patience: { signal: new AbortController().signal },
});
await outbox.resume();
for (let number = Number(first); ; number++) {
  const value = encodeFrameBatch({ frames: [frameOf('quai', number)] });
  await outbox.append([{ topic: TOPICS.frames, partition: 0, value }]);
  // writeSync: a line that was printed is out before the process can be killed.
  writeSync(1, `held ${number}\n`);
}
