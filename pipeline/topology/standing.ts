/**
 * How an installation does, as one process of it sees it: what it counts itself, what the log says of the others, and of
 * each camera what the workers, wherever they are, said of it last.
 */
import type { CameraStatus, ServedSite, StatusResponse } from '../../proto/messages.ts';
import { cameraKey } from '../model.ts';
import type { CameraSeen } from '../serve/observations.ts';
import type { ReviewPort, Served, StatusPort } from '../serve/port.ts';
import type { Setups } from '../setup/setups.ts';
import type { Camera } from '../site/site.ts';
import { TOPICS } from '../topics.ts';
import { release } from './build.ts';
import { type Common, workerGroup } from './common.ts';

export interface StandingOptions extends Omit<Common, 'signal'> {
  readonly review: ReviewPort;
  /** What cameras watch for. Default: what the site file says. */
  readonly setups?: Pick<Setups, 'at'>;
}

/** What was said longer ago says nothing of now. Observations come once a second. */
const STALE_MS = 10_000;
/** On Kafka it is two questions a partition. */
const LAG_MS = 1_000;

export class Standing implements StatusPort {
  readonly #options: StandingOptions;
  readonly #release = release();
  readonly #sinceMs: number;
  #lag: { readonly atMs: number; readonly records: Promise<number | undefined> } | undefined;

  constructor(options: StandingOptions) {
    this.#options = options;
    this.#sinceMs = options.nowMs();
  }

  get place(): ServedSite {
    const { id, name, kind } = this.#options.site;
    return { site: id, ...(name === undefined ? {} : { siteName: name }), siteKind: kind };
  }

  async status(served: Served): Promise<StatusResponse> {
    const { site, review, tally, nowMs } = this.#options;
    const atMs = nowMs();
    const lagRecords = await this.#lagAt(atMs);
    const cameras = site.cameras.map((camera) => this.#camera(camera, served, atMs));
    const rates = cameras.flatMap(({ framesPerSecond }) => framesPerSecond ?? []);
    const reviews = review.list({ statuses: [], sites: [site.id] });
    const claimed = reviews.filter(({ state }) => state.kind === 'claimed').length;
    return {
      site: site.id,
      ...(site.name === undefined ? {} : { siteName: site.name }),
      siteKind: site.kind,
      atMs,
      upMs: Math.max(0, atMs - this.#sinceMs),
      release: this.#release,
      cameras,
      ...(rates.length > 0 && { framesPerSecond: rates.reduce((sum, rate) => sum + rate, 0) }),
      ...(lagRecords !== undefined && { lagRecords }),
      waiting: reviews.length - claimed,
      claimed,
      verified: served.verified(site.id),
      subscribers: served.subscribers,
      rejected: [...tally.rejected].map(([code, count]) => ({ code, count })),
      outages: [...tally.outages].map(
        ([who, { doing, attempt }]) => `${who}: cannot ${doing}, attempt ${attempt}`,
      ),
    };
  }

  #camera(camera: Camera, { cameras }: Served, atMs: number): CameraStatus {
    const { site, tally, setups } = this.#options;
    const { id, zones } = setups?.at(camera.id, atMs)?.camera ?? camera;
    const { source, repeats, late, skipped, spooled, dropped } = tally.cameras.get(id)!;
    const seen = cameras?.get(cameraKey(site.id, id))?.seen;
    const framesPerSecond = seen?.framesPerSecond(atMs);
    return {
      camera: id,
      source: source.kind,
      ...(source.kind === 'failed' && { why: source.why }),
      ...(seen !== undefined && { observedAtMs: seen.observation.atMs }),
      ...(framesPerSecond !== undefined && { framesPerSecond }),
      ...nowOf(zones, seen, atMs),
      ...{ repeats, late, skipped, spooled, dropped },
    };
  }

  /** Undefined while the log does not say. */
  #lagAt(atMs: number): Promise<number | undefined> {
    if (this.#lag === undefined || Math.abs(atMs - this.#lag.atMs) >= LAG_MS) {
      this.#lag = { atMs, records: within(this.#countLag(), LAG_MS).catch(() => undefined) };
    }
    return this.#lag.records;
  }

  /** What is measured elsewhere is known from what was committed, which is some seconds behind. */
  async #countLag(): Promise<number> {
    const { log, site, partitions, tally } = this.#options;
    const lags = Array.from({ length: partitions }, async (_, partition) => {
      const at = { topic: TOPICS.frames, partition };
      const known = tally.stepped.get(partition) ?? (await log.committed(workerGroup(site), at));
      return Math.max(0, (await log.endOffset(at)) - (known ?? (await log.firstOffset(at))));
    });
    return (await Promise.all(lags)).reduce((sum, lag) => sum + lag, 0);
  }
}

/** Unknown is absent: a camera of which nothing was heard for a while has no view and no people. */
function nowOf(
  zones: Camera['zones'],
  seen: CameraSeen | undefined,
  atMs: number,
): Pick<CameraStatus, 'view' | 'zones'> {
  if (seen === undefined || atMs - seen.heardAtMs > STALE_MS)
    return { zones: zones.map(({ id }) => ({ zone: id })) };
  const { view, zones: observed } = seen.observation;
  return {
    view,
    zones: zones.map(({ id }) => {
      const people = observed.find(({ zone }) => zone === id)?.people;
      return { zone: id, ...(people !== undefined && { people }) };
    }),
  };
}

function within<T>(promised: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('late')), ms);
    promised.then(resolve, reject).finally(() => clearTimeout(late));
  });
}
