/**
 * The topics of the log: their names, how many partitions, how long they are kept.
 *
 * Frames, observations, candidates, verdicts, events and what is known of one camera live in the partition of the same
 * number (murmur2 of the camera key), so these six always have the same count.
 */
import { fault, InputError } from './errors.ts';
import { type Log, LogFailure, type TopicSpec } from './log/port.ts';

export const TOPICS = {
  frames: 'rail.frames',
  checkpoints: 'rail.checkpoints',
  observations: 'rail.observations',
  candidates: 'rail.candidates',
  verdicts: 'rail.verdicts',
  events: 'rail.events',
  rules: 'rail.rules',
  control: 'rail.control',
  audit: 'rail.audit',
  rejected: 'rail.rejected',
} as const;

/** Topics that share one partition count, because a camera has one partition number in all of them. */
export const BY_CAMERA = [
  TOPICS.frames,
  TOPICS.checkpoints,
  TOPICS.observations,
  TOPICS.candidates,
  TOPICS.verdicts,
  TOPICS.events,
] as const;

export const PARTITIONS_DEFAULT = 8;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 365 * DAY_MS;

export interface TopicOptions {
  readonly partitions?: number;
  readonly replication?: number;
}

export function topicSpecs(options: TopicOptions = {}): readonly TopicSpec[] {
  const byCamera = options.partitions ?? PARTITIONS_DEFAULT;
  const spec = (topic: string, partitions: number, retentionMs?: number): TopicSpec => ({
    topic,
    partitions,
    ...(retentionMs === undefined ? {} : { retentionMs }),
    ...(options.replication === undefined ? {} : { replication: options.replication }),
  });
  return [
    spec(TOPICS.frames, byCamera, DAY_MS),
    // Only the newest is read, by whoever takes over; without it frames that are older than a day would be of no use.
    // Some KB a busy camera every few seconds. A worker that was away for longer begins afresh, and says so.
    spec(TOPICS.checkpoints, byCamera, 2 * HOUR_MS),
    spec(TOPICS.observations, byCamera, 7 * DAY_MS),
    spec(TOPICS.candidates, byCamera, YEAR_MS),
    spec(TOPICS.verdicts, byCamera, YEAR_MS),
    spec(TOPICS.events, byCamera, YEAR_MS),
    // One partition each: every process reads them whole, and their order is the order of the acts.
    spec(TOPICS.rules, 1),
    spec(TOPICS.control, 1),
    spec(TOPICS.audit, 1, YEAR_MS),
    spec(TOPICS.rejected, 1, 30 * DAY_MS),
  ];
}

/** A broker that has just begun may drop a connection: what may pass is tried so often, each time on a fresh one. */
const TRIES_MAX = 3;

/** Creates what is missing; topics that go by camera follow the count of those that exist. Returns what it created. */
export async function createTopics(log: Log, options: TopicOptions = {}): Promise<readonly TopicSpec[]> {
  const counts = await Promise.all(BY_CAMERA.map((topic) => log.partitionCount(topic)));
  const found = counts.find((count) => count !== undefined);
  const specs = topicSpecs({ ...options, ...(found === undefined ? {} : { partitions: found }) });
  const known = await Promise.all(specs.map(({ topic }) => log.partitionCount(topic)));
  const missing = specs.filter((_, index) => known[index] === undefined);
  if (missing.length > 0) await create(log, missing);
  return missing;
}

/** What an attempt that failed has created is left as it is by the next. */
async function create(log: Log, specs: readonly TopicSpec[]): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await log.createTopics(specs);
    } catch (error) {
      if (attempt >= TRIES_MAX || !(error instanceof LogFailure && error.transient)) throw error;
    }
  }
}

/**
 * Partition count of the topics that go by camera. Throws InputError when topics are missing (that of rules too) or their
 * counts differ: one camera would live in two partitions.
 */
export async function partitionsByCamera(log: Log): Promise<number> {
  const counts = await Promise.all(BY_CAMERA.map((topic) => log.partitionCount(topic)));
  const expected = counts[0];
  const missing = (topic: string) => [
    fault('topic_missing', topic, 'the topic does not exist', 'create it with: vigie topics --create'),
  ];
  // Whoever waits for what cameras watch for would wait for ever.
  const rules = (await log.partitionCount(TOPICS.rules)) === undefined ? missing(TOPICS.rules) : [];
  const byCamera = BY_CAMERA.flatMap((topic, index) => {
    const found = counts[index];
    if (found === undefined) return missing(topic);
    if (expected !== undefined && found !== expected) {
      return [
        fault(
          'topic_partitions_differ',
          topic,
          `has ${found} partitions, expected ${expected} as in ${TOPICS.frames}`,
          'recreate the topic: the topics of one camera must have the same partition count',
        ),
      ];
    }
    return [];
  });
  const faults = [...byCamera, ...rules];
  if (faults.length > 0 || expected === undefined) throw new InputError(faults);
  return expected;
}
