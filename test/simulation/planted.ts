/** Faults planted on purpose, each between production parts: the simulation has to find them. */
import type { Log, NewRecord } from '../../pipeline/log/port.ts';
import type { Candidate } from '../../pipeline/model.ts';
import { Ledger } from '../../pipeline/review/ledger.ts';
import { decodeToken, encodeToken } from '../../pipeline/serve/events/token.ts';
import { TOPICS } from '../../pipeline/topics.ts';
import {
  decodeCandidate,
  decodeCheckpoint,
  encodeCandidate,
  encodeCheckpoint,
} from '../../proto/messages.ts';
import { FRAME_MS } from './cameras.ts';
import type { Link } from './link.ts';

/** A process as a planted fault sees it. */
export interface Planting {
  readonly nowMs: () => number;
  readonly wait: (ms: number) => Promise<void>;
}

export interface Planted {
  /** What a worker takes for its log. */
  readonly workerLog?: (link: Link, process: Planting) => Log;
  /** The token with which a subscriber comes back. */
  readonly token?: (token: Uint8Array, log: Log) => Promise<Uint8Array>;
}

export const NOTHING: Planted = {};

/** Commits before it appends: what it says is on its way is said to be there. */
export const commitBeforeAppend: Planted = {
  workerLog(link, { wait }) {
    let last: Promise<unknown> = wait(0);
    const append = async (records: readonly NewRecord[]): Promise<unknown> => {
      try {
        return await link.append(records);
      } catch {
        await wait(100);
        return append(records);
      }
    };
    return withAppend(link, async (records) => {
      last = Promise.all([last, wait(400)]).then(() => append(records));
      return records.map(() => 0);
    });
  },
};

/** Ids by the worker's clock: the frame of the claim is reckoned from the time of day. */
export const idFromClock: Planted = {
  workerLog(link, { nowMs }) {
    const ids = new Map<string, number>();
    const renamed = (candidate: Candidate): Candidate => {
      const byClock = Math.round((nowMs() - candidate.epoch) / FRAME_MS);
      const beganFrame = ids.get(candidate.id) ?? Math.min(candidate.frame, Math.max(0, byClock));
      ids.set(candidate.id, beganFrame);
      const stem = candidate.id.slice(0, candidate.id.lastIndexOf('/'));
      return { ...candidate, id: `${stem}/${beganFrame}`, beganFrame };
    };
    return withAppend(link, (records) =>
      link.append(
        records.map((record) =>
          record.topic === TOPICS.candidates
            ? { ...record, value: encodeCandidate(renamed(decodeCandidate(record.value))) }
            : record,
        ),
      ),
    );
  },
};

/** A checkpoint that forgets what the rules had seen so far: claims go on, conditions that were building up do not. */
export const checkpointForgetsRules: Planted = {
  workerLog(link) {
    return withAppend(link, (records) => link.append(records.map(forgetful)));
  },
};

function forgetful(record: NewRecord): NewRecord {
  if (record.topic !== TOPICS.checkpoints) return record;
  const saved = decodeCheckpoint(record.value);
  if (saved.kind !== 'camera') return record;
  const { detect: _, ...rest } = saved;
  return { ...record, value: encodeCheckpoint(rest) };
}

/** Comes back one record further than it was, where there is one. */
export const tokenSkipsOne: Planted = {
  async token(token, log) {
    const { topic, offsets } = decodeToken(token);
    const ends = await Promise.all(
      offsets.map((_, partition) => log.endOffset({ topic: TOPICS.events, partition })),
    );
    const skipped = offsets.findIndex((offset, partition) => offset < ends[partition]!);
    return encodeToken({ topic, offsets: offsets.map((one, at) => (at === skipped ? one + 1 : one)) });
  },
};

/** Comes back with a token that is ahead of the log. */
export const tokenFromElsewhere: Planted = {
  async token(token) {
    const { topic, offsets } = decodeToken(token);
    return encodeToken({ topic, offsets: offsets.map((one) => one + 1_000) });
  },
};

/** A ledger for which a repeated verdict is a new one: it tells its event again, under another id. Returns the way back. */
export function plantRepeatingLedger(): () => void {
  const step = Ledger.prototype.step;
  const heard = new WeakMap<Ledger, Set<string>>();
  Ledger.prototype.step = function (input) {
    const out = step.call(this, input);
    if (input.kind !== 'verdict') return out;
    const known = heard.get(this) ?? new Set();
    heard.set(this, known);
    const { verdict } = input;
    if (!known.has(verdict.id)) {
      known.add(verdict.id);
      return out;
    }
    const candidate = this.get(verdict.candidate)?.candidate;
    if (verdict.act.kind !== 'confirm' || candidate === undefined) return out;
    const changeId = `${verdict.candidate}#verified#${verdict.id}+`;
    const event = { id: candidate.id, changeId, change: 'verified', candidate, verdict } as const;
    return [...out, { kind: 'event', event }];
  };
  return () => {
    Ledger.prototype.step = step;
  };
}

function withAppend(link: Link, append: (records: readonly NewRecord[]) => Promise<readonly number[]>): Log {
  return new Proxy(link, {
    get(target, name) {
      if (name === 'append') return append;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
