/** A server on a free port over the memory log, with events and reviews to hand. */

import { openMemoryLog } from '../../pipeline/log/memory.ts';
import { partitionFor } from '../../pipeline/log/partition.ts';
import {
  type Candidate,
  type CandidateReview,
  cameraKey,
  candidateId,
  type EventChange,
  type EventType,
  type Observation,
  type Severity,
  type Verdict,
  type VerifiedEvent,
} from '../../pipeline/model.ts';
import { Ledger, type LedgerInput } from '../../pipeline/review/ledger.ts';
import { type Delivery, openClient, type SubscribeOptions } from '../../pipeline/serve/client/client.ts';
import {
  type IngestPort,
  RefusedError,
  type ReviewFilter,
  type ReviewPort,
  type SetupPort,
} from '../../pipeline/serve/port.ts';
import { type ServeOptions, serve } from '../../pipeline/serve/serve.ts';
import { encodeEvent, encodeObservation, type StatusResponse } from '../../proto/messages.ts';

export const TOPIC = 'rail.events';
export const OBSERVED = 'rail.observations';
export const PARTITIONS = 4;
export const BEGAN_MS = 1_790_000_000_000;

export interface Wish {
  site?: string;
  camera?: string;
  type?: EventType;
  severity?: Severity;
  place?: string;
  change?: EventChange;
}

/** Candidate number `n`; everything about it follows from `n` and the wish. */
export function candidate(n: number, wish: Wish = {}): Candidate {
  const site = wish.site ?? 'gare-exemple';
  const camera = wish.camera ?? `quai-${n % 5}`;
  const where = { site, camera, epoch: BEGAN_MS };
  return {
    id: candidateId(where, 'no-tracks', n),
    site,
    siteKind: 'station',
    camera,
    epoch: BEGAN_MS,
    type: wish.type ?? 'forbidden_zone',
    rule: 'no-tracks',
    ruleVersion: 1,
    severity: wish.severity ?? 'high',
    place: wish.place ?? 'tracks',
    phase: 'begin',
    revision: 0,
    beganFrame: n,
    beganAtMs: BEGAN_MS + n * 200,
    frame: n,
    atMs: BEGAN_MS + n * 200,
    region: { x0: 0.2, y0: 0.4, x1: 0.4, y1: 0.8 },
    score: 0.5,
    explanation: 'someone stands on the tracks for 3 s',
    findings: [{ name: 'dwell', value: 3, limit: 2, unit: 's' }],
    build: 'test',
  };
}

export function confirmation(of: Candidate, id = `verdict-${of.beganFrame}`): Verdict {
  return {
    id,
    candidate: of.id,
    site: of.site,
    camera: of.camera,
    by: { name: 'A. Martin', role: 'agent' },
    atMs: of.atMs + 5_000,
    act: { kind: 'confirm' },
  };
}

export function verified(n: number, wish: Wish = {}): VerifiedEvent {
  const of = candidate(n, wish);
  const change = wish.change ?? 'verified';
  const verdict: Verdict =
    change === 'retracted'
      ? { ...confirmation(of, `reversal-${n}`), act: { kind: 'reverse', of: `verdict-${n}` } }
      : confirmation(of);
  return { id: of.id, changeId: `${of.id}#${change}#${verdict.id}`, change, candidate: of, verdict };
}

/** What was measured on a camera, and of how many frames; everything about it follows from `n`. */
export function observed(
  n: number,
  wish: { site?: string; camera?: string; zones?: readonly string[] } = {},
) {
  const { site = 'gare-exemple', camera = 'quai-0', zones = ['tracks', 'platform'] } = wish;
  const one: Observation = {
    site,
    camera,
    epoch: BEGAN_MS,
    frame: n * 5,
    atMs: BEGAN_MS + n * 1_000,
    view: 'ok',
    zones: zones.map((zone) => ({ zone, people: n, density: n / 64, fluxX: 0.5, fluxY: -0.25 })),
    crossings: [],
    frames: 5,
  };
  return one;
}

/** Takes every frame that can be read. */
const takeAll: IngestPort['take'] = async (requests) =>
  requests.map(({ sequence, frames, faults }) => ({
    sequence,
    accepted: frames.length,
    rejections: faults.map(({ index, code, detail }) => ({ index, code, detail })),
  }));

export const STATUS: StatusResponse = {
  site: 'gare',
  siteKind: 'station',
  atMs: BEGAN_MS,
  upMs: 1,
  release: '0.1.0',
  cameras: [
    { camera: 'quai', source: 'live', zones: [], repeats: 0, late: 0, skipped: 0, spooled: 0, dropped: 0 },
  ],
  waiting: 2,
  claimed: 0,
  verified: 0,
  subscribers: 0,
  rejected: [],
  outages: [],
};

/** Knows every site and camera, and saves whatever it is given. */
export const setupPort = (): SetupPort & { readonly asked: string[] } => {
  const asked: string[] = [];
  const one = (site: string, camera: string) => ({
    ...{ site, camera, version: 0, text: '{}' },
    ...{ savedAtMs: 0, holdsFromMs: 0 },
  });
  return {
    asked,
    async inForce(site) {
      asked.push(`in force ${site}`);
      return [one(site, 'quai')];
    },
    async versions(site, camera) {
      asked.push(`versions ${site}`);
      return [one(site, camera)];
    },
    async preview({ site }) {
      asked.push(`preview ${site}`);
      return { faults: [], candidates: [], frames: 0 };
    },
    async save({ site, camera, author }) {
      asked.push(`save ${site} ${author.name}`);
      return { faults: [], setup: { ...one(site, camera), version: 1, author } };
    },
  };
};

export type World = Awaited<ReturnType<typeof openWorld>>;

export async function openWorld(options: Partial<ServeOptions> & { partitions?: number } = {}) {
  const log = openMemoryLog();
  const partitions = options.partitions ?? PARTITIONS;
  await log.createTopics([
    { topic: TOPIC, partitions },
    { topic: OBSERVED, partitions },
  ]);
  const review = scriptedReview();
  const ports = {
    ingest: { take: takeAll },
    status: { status: async () => STATUS },
    setups: setupPort(),
    statistics: { rows: () => [] },
  };
  const serving = await serve({ log, review, port: 0, progressMs: 50, ...ports, ...options });
  const client = openClient(serving.address);
  const place = (site: string, camera: string) => partitionFor(cameraKey(site, camera), partitions);
  return {
    log,
    review,
    serving,
    client,
    /** Appends the bytes as the record of a camera. */
    async appendBytes(value: Uint8Array, site = 'gare-exemple', camera = 'quai-0') {
      await log.append([{ topic: TOPIC, partition: place(site, camera), value }]);
    },
    async append(...events: readonly VerifiedEvent[]) {
      await log.append(
        events.map((event) => ({
          topic: TOPIC,
          partition: place(event.candidate.site, event.candidate.camera),
          value: encodeEvent(event),
        })),
      );
    },
    async observe(...observations: readonly Observation[]) {
      await log.append(
        observations.map((one) => ({
          topic: OBSERVED,
          partition: place(one.site, one.camera),
          value: encodeObservation(one),
        })),
      );
    },
    /** Subscribes and takes deliveries until `enough` says so, then cancels. */
    take: (subscribe: SubscribeOptions, enough: (taken: readonly Delivery[]) => boolean) =>
      takeFrom(client.subscribe(subscribe), enough),
    async close() {
      client.close();
      await serving.close(500);
      await log.close();
    },
  };
}

export async function takeFrom(
  deliveries: AsyncGenerator<Delivery, void, void>,
  enough: (taken: readonly Delivery[]) => boolean,
): Promise<Delivery[]> {
  const taken: Delivery[] = [];
  for await (const delivery of deliveries) {
    taken.push(delivery);
    if (enough(taken)) break;
  }
  return taken;
}

export const events = (taken: readonly Delivery[]) =>
  taken.flatMap((delivery) => (delivery.kind === 'event' ? [delivery.event] : []));
export const ids = (taken: readonly Delivery[]) => events(taken).map((event) => event.changeId);
export const current = (taken: readonly Delivery[]) => taken.some(({ kind }) => kind === 'progress');

export function tokenOf(delivery: Delivery | undefined): Uint8Array {
  if (delivery === undefined || !('token' in delivery)) throw new Error(`no token in ${delivery?.kind}`);
  return delivery.token;
}

/** The real ledger behind the port, without a log between: what is decided is read back at once. */
export function ledgerReview(nowMs: () => number = () => BEGAN_MS + 60_000) {
  const ledger = new Ledger();
  const listeners = new Set<(review: CandidateReview) => void>();
  const step = (input: LedgerInput): void => {
    for (const output of ledger.step(input)) {
      if (output.kind === 'review') for (const listener of listeners) listener(output.review);
    }
  };
  const port: ReviewPort & { hear(...candidates: readonly Candidate[]): void } = {
    hear(...candidates) {
      for (const one of candidates) step({ kind: 'candidate', candidate: one, atMs: one.atMs });
    },
    list({ statuses, sites }) {
      const wanted = statuses.length === 0 ? ['waiting', 'claimed'] : statuses;
      return ledger
        .snapshot()
        .filter((one) => wanted.includes(one.state.kind))
        .filter((one) => sites.length === 0 || sites.includes(one.candidate.site));
    },
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    find: (id) => ledger.get(id),
    async decide(verdict) {
      const refusal = ledger.wouldRefuse(verdict, nowMs());
      if (refusal !== undefined) throw new RefusedError(refusal.code, refusal.detail);
      step({ kind: 'verdict', verdict, atMs: nowMs() });
      return ledger.get(verdict.candidate)!;
    },
  };
  return port;
}

/** A review whose answers the test decides: what the handlers do with them is what is tested here. */
export function scriptedReview() {
  const reviews = new Map<string, CandidateReview>();
  const listeners = new Set<(review: CandidateReview) => void>();
  const decided: Verdict[] = [];
  const port: ReviewPort & {
    put(review: CandidateReview): void;
    decided: Verdict[];
    answer: (verdict: Verdict) => Promise<CandidateReview>;
    listeners: typeof listeners;
  } = {
    decided,
    listeners,
    put(review) {
      reviews.set(review.candidate.id, review);
      for (const listener of listeners) listener(review);
    },
    list({ statuses, sites }: ReviewFilter) {
      const wanted = statuses.length === 0 ? ['waiting', 'claimed'] : statuses;
      return [...reviews.values()].filter(
        ({ candidate: { site }, state }) =>
          wanted.includes(state.kind) && (sites.length === 0 || sites.includes(site)),
      );
    },
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    find: (id) => reviews.get(id),
    async decide(verdict) {
      decided.push(verdict);
      return port.answer(verdict);
    },
    async answer(verdict) {
      const review: CandidateReview = {
        candidate: reviews.get(verdict.candidate)!.candidate,
        state: { kind: 'confirmed', verdict },
      };
      port.put(review);
      return review;
    },
  };
  return port;
}
