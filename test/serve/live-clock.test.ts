/** A server's clock that is set back must not leave its subscribers without a sign of life until it has caught up. */
import { expect, it } from 'vitest';
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import { Gate } from '../../pipeline/serve/events/admit.ts';
import { LiveTail } from '../../pipeline/serve/events/live.ts';

it('tells of progress also after the clock was set back by an hour', async () => {
  let nowMs = 1_790_000_000_000;
  const log = openMemoryLog();
  await log.createTopics([{ topic: 't', partitions: 1 }]);
  const stop = new AbortController();
  const gate = new Gate(() => {});
  const tail = new LiveTail({ log, topic: 't', from: [0], progressMs: 20, now: () => nowMs, gate });
  await tail.moved(0, stop.signal);
  expect(tail.entry(0)).toMatchObject({ partition: -1, appendedAtMs: nowMs });
  nowMs -= 3_600_000;
  await tail.moved(1, stop.signal);
  expect(tail.entry(1)).toMatchObject({ partition: -1, appendedAtMs: nowMs });
  tail.stop();
  await log.close();
});
