/** A server's clock that is set back must not leave its subscribers without a sign of life until it has caught up. */
import { expect, it } from 'vitest';
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import { follow } from '../../pipeline/serve/follow.ts';

it('tells of progress also after the clock was set back by an hour', async () => {
  let nowMs = 1_790_000_000_000;
  const log = openMemoryLog();
  await log.createTopics([{ topic: 't', partitions: 1 }]);
  const stop = new AbortController();
  const steps = follow({
    log,
    topic: 't',
    cursor: [0],
    progressMs: 20,
    now: () => nowMs,
    wanted: () => true,
    signal: stop.signal,
  });
  expect((await steps.next()).value).toMatchObject({ kind: 'progress', atMs: nowMs });
  nowMs -= 3_600_000;
  expect((await steps.next()).value).toMatchObject({ kind: 'progress', atMs: nowMs });
  stop.abort();
  await steps.return();
  await log.close();
});
