/**
 * The only loop: read, step, append, then commit.
 *
 * An offset is committed only when everything derived from its record is durable. Bad input becomes a record of
 * `rail.rejected` and the loop goes on; an outage of the log is waited out.
 *
 * Work whose state is worth keeping says so with `save`: its partition is then committed at checkpoints only (every
 * few seconds, on a clean stop and when the partition is handed over), together with where the checkpoint lies, in one
 * request. Other work is committed after every batch. When partitions are lost their state is dropped; whoever owns
 * them next starts from what was committed, so a record may be stepped twice: what follows from it carries derived
 * ids, and a repeat is harmless.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { InputError } from './errors.ts';
import {
  type Consumer,
  type Log,
  type LogRecord,
  type NewRecord,
  OffsetGoneError,
  type Position,
  type TopicPartition,
} from './log/port.ts';
import type { Rejected } from './model.ts';
import { type Patience, patiently, waitOut } from './patience.ts';
import {
  commit,
  commitSteps,
  handOver,
  type Keeping,
  keyOf,
  Owners,
  ownedOf,
  positionOf,
  saveDue,
} from './positions.ts';
import { type Effect, goneOf, rejectedOf, type Work } from './work.ts';

export interface Progress {
  /** Records stepped, appended and put aside since the last report. */
  readonly read: number;
  readonly appended: number;
  readonly rejected: number;
  /** How far the partitions are done with, whether it is committed or not. */
  readonly positions: readonly Position[];
}

export interface DriveOptions extends Keeping {
  readonly group: string;
  readonly topics: readonly string[];
  /** State for a partition that was just assigned. */
  readonly workFor: (at: TopicPartition) => Promise<Work> | Work;
  readonly onDropped?: (at: TopicPartition) => void;
  /** What follows from the passing of time alone; asked after every batch. `idle`: the batch was empty. */
  readonly onTick?: (nowMs: number, idle: boolean) => readonly NewRecord[];
  readonly toRejected: (rejected: Rejected) => NewRecord;
  /** After every batch, also an empty one: then the log is well and has nothing new. */
  readonly onProgress?: (progress: Progress) => void;
  /** Records stepped between two appends at most. */
  readonly batchMax?: number;
}

const BATCH_MAX = 512;
const WAIT_MS = 100;
/** On Kafka a read from the log has a connection of its own. */
const MADE_AT_ONCE = 8;

/** Until `signal` aborts; finishes the batch in hand. Rejects on a programmer's error and on what no waiting mends. */
export async function drive(options: DriveOptions): Promise<void> {
  while (!options.signal.aborted) {
    const owners = new Owners();
    let consumer: Consumer | undefined;
    const drop = (at: TopicPartition) => {
      if (owners.delete(keyOf(at))) options.onDropped?.(at);
    };
    const opened = await patiently('read', options, () =>
      options.log.consumer({
        group: options.group,
        topics: options.topics,
        onAssigned: (owned) =>
          byPartition(owned, async (at) => {
            const made = await patiently('read', options, async () => options.workFor(at));
            if (made !== undefined) owners.set(keyOf(at), ownedOf(at, made.value, options));
          }),
        onRevoked: async (lost) => {
          if (consumer !== undefined && owners.sound) await handOver(lost, consumer, owners, options);
          lost.forEach(drop);
        },
      }),
    );
    if (opened === undefined) return;
    consumer = opened.value;
    try {
      await turn(consumer, owners, options);
    } finally {
      owners.sound = false;
      await consumer.close().catch(() => undefined);
      // State belongs to what this consumer delivered: the next one starts again from what was committed.
      for (const { at } of [...owners.values()]) drop(at);
    }
  }
}

/**
 * Some partitions at a time: what a state is made from lies on the log, and most of making it is waiting for answers.
 * The topics of one partition number come one after the other, because they may share a state.
 */
async function byPartition(
  owned: readonly TopicPartition[],
  make: (at: TopicPartition) => Promise<void>,
): Promise<void> {
  const left = [...new Set(owned.map(({ partition }) => partition))];
  const next = async (): Promise<void> => {
    for (let partition = left.shift(); partition !== undefined; partition = left.shift())
      for (const at of owned) if (at.partition === partition) await make(at);
  };
  await Promise.all(Array.from({ length: MADE_AT_ONCE }, next));
}

/** Returns when stopped, or when the consumer broke and a new one is needed. */
async function turn(consumer: Consumer, owners: Owners, options: DriveOptions): Promise<void> {
  while (!options.signal.aborted) {
    let records: readonly LogRecord[];
    const askedAtMs = options.nowMs();
    const waiting = [...owners.values()].some(({ work }) => work.isWaiting?.() === true);
    try {
      // A log that answers at once would keep the process from everything else while something waits.
      if (waiting) await nextTurn();
      records = await consumer.read(options.batchMax ?? BATCH_MAX, waiting ? 0 : WAIT_MS);
    } catch (error) {
      if (error instanceof OffsetGoneError) await passOver(error, consumer, options);
      else await waitOut('read', error, 1, options);
      return;
    }
    owners.sound = false;
    const { appends, rejected, read } = stepAll(records, owners, options);
    if (options.onTick !== undefined) appends.push(...options.onTick(askedAtMs, records.length === 0));
    if ((await persist(options.log, appends, options)) === undefined) return;
    owners.sound = true;
    const committed = await commitSteps(consumer, owners, options);
    const positions = [...owners.values()].flatMap((owned) => positionOf(owned) ?? []);
    options.onProgress?.({ read, appended: appends.length - rejected, rejected, positions });
    if (!committed) return;
    holdBack(consumer, owners);
    await saveDue(consumer, owners, options);
  }
  await handOver(
    [...owners.values()].map(({ at }) => at),
    consumer,
    owners,
    options,
  );
}

function stepAll(
  records: readonly LogRecord[],
  owners: Owners,
  options: DriveOptions,
): { appends: NewRecord[]; read: number; rejected: number } {
  const appends: NewRecord[] = [];
  let read = 0;
  let rejected = 0;
  const take = (effects: readonly Effect[], record?: LogRecord) => {
    for (const effect of effects) {
      const of = effect.kind === 'reject' ? (effect.record ?? record) : undefined;
      if (effect.kind === 'append') {
        appends.push(effect.record);
      } else if (of !== undefined) {
        appends.push(options.toRejected(rejectedOf(effect.refusal, of, options.nowMs())));
        rejected += 1;
      }
    }
  };
  for (const record of records) {
    const owned = owners.get(keyOf(record));
    // Lost between the read and now: its next owner reads it again.
    if (owned === undefined) continue;
    read += 1;
    take(effectsOf(owned.work, record), record);
    owned.next = record.offset + 1;
  }
  for (const { work } of owners.values()) if (work.isWaiting?.() === true) take(work.turn?.() ?? []);
  return { appends, read, rejected };
}

function effectsOf(work: Work, record: LogRecord): readonly Effect[] {
  try {
    return work.step(record);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return [{ kind: 'reject', refusal: { code: error.code, detail: error.message } }];
  }
}

/** Memory is bounded: what is full is not read until there is room. */
function holdBack(consumer: Consumer, owners: Owners): void {
  for (const owned of owners.values()) {
    const full = owned.work.isFull?.() === true;
    if (full === owned.paused) continue;
    owned.paused = full;
    if (full) consumer.pause([owned.at]);
    else consumer.resume([owned.at]);
  }
}

/** Retention took what was not read yet. Said aloud, and then on from the oldest that is left. */
async function passOver(gone: OffsetGoneError, consumer: Consumer, options: DriveOptions): Promise<void> {
  const record = options.toRejected(goneOf(gone, options.nowMs()));
  if ((await persist(options.log, [record], options)) === undefined) return;
  await commit(consumer, [{ ...gone.at, offset: gone.first }], options);
}

/** Appends, however long the log is away. Undefined when stopped before it worked. */
export async function persist(
  log: Pick<Log, 'append'>,
  records: readonly NewRecord[],
  patience: Patience,
): Promise<readonly number[] | undefined> {
  if (records.length === 0) return [];
  return (await patiently('append', patience, () => log.append(records)))?.value;
}
