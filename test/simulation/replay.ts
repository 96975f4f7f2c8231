/**
 * The same frames once more in fair weather, through one worker that nothing happens to: what it claims is what the
 * installation must have claimed, to the byte, whatever befell its workers (design, section 10, 9).
 */
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import type { Log, LogRecord } from '../../pipeline/log/port.ts';
import type { Violation } from '../../pipeline/operate/reconcile/violation.ts';
import { createTopics, TOPICS } from '../../pipeline/topics.ts';
import { partitionsOf, readThrough } from '../../pipeline/topology/history.ts';
import { startMiddle } from '../../pipeline/topology/middle.ts';
import { Tally } from '../../pipeline/topology/tally.ts';
import { decodeCandidate } from '../../proto/messages.ts';
import { site } from './cameras.ts';
import { PARTITIONS } from './processes.ts';
import type { VirtualTime } from './virtual.ts';

export async function replayFaults(lived: Log, time: VirtualTime): Promise<readonly Violation[]> {
  const calm = openMemoryLog({ now: () => time.nowMs, memberId: () => 'replay' });
  await createTopics(calm, { partitions: PARTITIONS });
  const frames: LogRecord[] = [];
  await readThrough(lived, partitionsOf(TOPICS.frames, PARTITIONS), (record) => frames.push(record));
  await calm.append(frames);
  const middle = startMiddle({
    log: calm,
    site,
    partitions: PARTITIONS,
    nowMs: () => time.nowMs,
    tally: new Tally(site),
    shared: false,
  });
  await time.run(time.elapsedMs + 1_000);
  void middle.stop();
  await time.run(time.elapsedMs + 500);
  const expected = await claimsOf(calm);
  const found = await claimsOf(lived);
  await calm.close();
  const violations: Violation[] = [];
  const fail = (code: string, at: string, message: string) => violations.push({ code, at, message });
  for (const [key, bytes] of expected) {
    const got = found.get(key);
    if (got === undefined) fail('replay_missing', key, 'a worker that nothing happens to claims it');
    else if (!got.equals(bytes))
      fail('replay_differs', key, 'a worker that nothing happens to says it otherwise');
  }
  for (const key of found.keys())
    if (!expected.has(key)) fail('replay_unknown', key, 'a worker that nothing happens to does not claim it');
  return violations;
}

async function claimsOf(log: Log): Promise<ReadonlyMap<string, Buffer>> {
  const claims = new Map<string, Buffer>();
  await readThrough(log, partitionsOf(TOPICS.candidates, PARTITIONS), ({ value }) => {
    const candidate = readable(value);
    if (candidate !== undefined)
      claims.set(`${candidate.id} revision ${candidate.revision}`, Buffer.from(value));
  });
  return claims;
}

function readable(value: Uint8Array) {
  try {
    return decodeCandidate(value);
  } catch {
    return undefined;
  }
}
