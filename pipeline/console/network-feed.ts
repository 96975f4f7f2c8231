/**
 * How the network does, for all pages of one person: per server its status every STATUS_MS, its observations as they
 * come, and where candidates are open. Nothing is asked while nobody looks.
 *
 * Bounded by what the servers list: some 300 bytes a camera, and an id a candidate that is open.
 */
import type { CameraStatus } from '../../proto/messages.ts';
import { type CandidateReview, cameraKey } from '../model.ts';
import { RpcError } from '../serve/client/client.ts';
import { allows } from './access.ts';
import type { NetworkCamera, NetworkSite, SiteFigures } from './api.ts';
import type { Connection } from './connections.ts';
import { CameraWatched, faceOf } from './network-camera.ts';
import { pause, RETRY_MS, RETRY_MS_MAX } from './pause.ts';
import type { Session } from './sessions.ts';

const STATUS_MS = 2_000;
/** Who may not watch candidates is told how many there are now and then. */
const LIST_MS = 10_000;

export interface Watcher {
  /** The set of cameras is another. */
  whole(): void;
  changed(site: string, camera: string): void;
  figures(site: string): void;
  away(site: string, why: string | undefined): void;
}

interface SiteWatched {
  readonly place: Pick<NetworkSite, 'site' | 'name' | 'kind'>;
  figures: SiteFigures;
  readonly cameras: Map<string, { readonly known: CameraWatched; shown: NetworkCamera; face: string }>;
}

export class NetworkFeed {
  readonly #session: Session;
  readonly #now: () => number;
  readonly #watchers = new Set<Watcher>();
  readonly #sites = new Map<string, SiteWatched>();
  /** Ids of the candidates that are open, by camera. */
  readonly #open = new Map<string, Set<string>>();
  /** Sites, or addresses, whose server does not answer. */
  readonly outages = new Map<string, string>();
  /** Servers that have not said anything yet. */
  readonly #silent = new Set<Connection>();
  #stop: AbortController | undefined;

  constructor(session: Session, now: () => number) {
    this.#session = session;
    this.#now = now;
  }

  /** Returns the way out. */
  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    if (this.#stop === undefined) this.#begin();
    return () => {
      this.#watchers.delete(watcher);
      if (this.#watchers.size === 0) this.#end();
    };
  }

  /** Every server has answered, or was found to be away. */
  get isKnown(): boolean {
    return this.#silent.size === 0;
  }

  sites(): NetworkSite[] {
    return [...this.#sites.values()].map(({ place, figures, cameras }) => ({
      ...place,
      ...figures,
      cameras: [...cameras.values()].map(({ shown }) => shown),
    }));
  }

  camera(site: string, camera: string): NetworkCamera | undefined {
    return this.#sites.get(site)?.cameras.get(camera)?.shown;
  }

  figuresOf(site: string): SiteFigures | undefined {
    return this.#sites.get(site)?.figures;
  }

  #begin(): void {
    const stop = new AbortController();
    this.#stop = stop;
    this.#session.over.addEventListener('abort', () => stop.abort(), { once: true, signal: stop.signal });
    const { role, connections } = this.#session;
    for (const connection of connections.usable) {
      this.#silent.add(connection);
      const { signal } = stop;
      void this.#repeat(connection, signal, () => this.#askStatus(connection, signal), true);
      if (allows(role, 'vigie.v1.ObservationService/Watch'))
        void this.#repeat(connection, signal, () => this.#hearObservations(connection, signal));
      const candidates = allows(role, 'vigie.v1.ReviewService/WatchCandidates')
        ? () => this.#hearCandidates(connection, signal)
        : () => this.#listCandidates(connection, signal);
      void this.#repeat(connection, signal, candidates);
    }
  }

  #end(): void {
    this.#stop?.abort();
    this.#stop = undefined;
    this.#sites.clear();
    this.#open.clear();
    this.#silent.clear();
    this.outages.clear();
  }

  /** Until nobody looks; what fails is tried again. Only one of a server's calls tells of its outages. */
  async #repeat(
    connection: Connection,
    signal: AbortSignal,
    ask: () => Promise<void>,
    tells = false,
  ): Promise<void> {
    let waitMs = RETRY_MS;
    while (!signal.aborted) {
      try {
        if ((await connection.learn()).kind === 'closed') break;
        if (signal.aborted) break;
        await ask();
        waitMs = RETRY_MS;
      } catch (error) {
        if (signal.aborted || this.#session.failed(error)) break;
        if (tells) this.#away(connection, error instanceof RpcError ? error.message : String(error));
        waitMs = Math.min(waitMs * 2, RETRY_MS_MAX);
      }
      await pause(waitMs, signal);
    }
    if (tells && !signal.aborted) this.#heard(connection);
  }

  async #askStatus(connection: Connection, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const status = await connection.client.status();
      if (signal.aborted) return;
      const { site, siteName, siteKind, waiting, claimed, framesPerSecond, lagRecords } = status;
      const figures: SiteFigures = {
        ...(framesPerSecond !== undefined && { framesPerSecond: Math.round(framesPerSecond * 10) / 10 }),
        ...(lagRecords !== undefined && { lagRecords }),
        waiting,
        claimed,
        outages: status.outages,
      };
      const place = { site, ...(siteName !== undefined && { name: siteName }), kind: siteKind };
      const here = this.#sites.get(site) ?? { place, figures, cameras: new Map() };
      const isNew = !this.#sites.has(site);
      this.#sites.set(site, here);
      const changed = JSON.stringify(here.figures) !== JSON.stringify(figures);
      // A change cannot say that something is no longer known.
      const isForgotten = Object.keys(here.figures).some((name) => !(name in figures));
      here.figures = figures;
      const isWhole = this.#takeCameras(here, status.cameras) || isNew || isForgotten;
      if (this.outages.delete(site) || this.outages.delete(connection.address))
        this.#tell((one) => one.away(site, undefined));
      this.#silent.delete(connection);
      if (isWhole) this.#tell((one) => one.whole());
      else if (changed) this.#tell((one) => one.figures(site));
      await pause(STATUS_MS, signal);
    }
  }

  /** Whether the set of cameras is another. */
  #takeCameras({ place: { site }, cameras }: SiteWatched, told: readonly CameraStatus[]): boolean {
    const nowMs = this.#now();
    const names = new Set(told.map(({ camera }) => camera));
    let isWhole = false;
    for (const name of cameras.keys()) {
      if (names.has(name)) continue;
      cameras.delete(name);
      isWhole = true;
    }
    for (const one of told) {
      const found = cameras.get(one.camera);
      if (found === undefined) {
        const known = new CameraWatched(one, nowMs);
        const shown = this.#shownAt(site, one.camera, known);
        cameras.set(one.camera, { known, shown, face: faceOf(shown) });
        isWhole = true;
      } else {
        found.known.told(one, nowMs);
        this.#look(site, one.camera);
      }
    }
    return isWhole;
  }

  async #hearObservations({ client }: Connection, signal: AbortSignal): Promise<void> {
    for await (const { observation } of client.watchObservations({ signal })) {
      const found = this.#sites.get(observation.site)?.cameras.get(observation.camera);
      if (found === undefined) continue;
      found.known.observed(observation, this.#now());
      this.#look(observation.site, observation.camera);
    }
  }

  async #hearCandidates(connection: Connection, signal: AbortSignal): Promise<void> {
    /** What is open, as this stream tells it; it counts from when the stream has told all. */
    let gathered: CandidateReview[] | undefined = [];
    const onCurrent = () => {
      this.#countAnew(connection.site, gathered ?? []);
      gathered = undefined;
    };
    for await (const review of connection.client.watchCandidates({ signal, onCurrent })) {
      if (gathered !== undefined) gathered.push(review);
      else this.#count(review);
    }
  }

  async #listCandidates({ client, site }: Connection, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#countAnew(site, await client.listCandidates());
      await pause(LIST_MS, signal);
    }
  }

  #countAnew(site: string, reviews: readonly CandidateReview[]): void {
    const before = [...this.#open.keys()].filter((key) => key.startsWith(`${site}/`));
    for (const key of before) this.#open.delete(key);
    for (const key of before) this.#look(site, key.slice(site.length + 1));
    for (const review of reviews) this.#count(review);
  }

  #count({ candidate: { id, site, camera }, state }: CandidateReview): void {
    const key = cameraKey(site, camera);
    const open = this.#open.get(key) ?? new Set();
    if (state.kind === 'waiting' || state.kind === 'claimed') this.#open.set(key, open.add(id));
    else if (open.delete(id) && open.size === 0) this.#open.delete(key);
    this.#look(site, camera);
  }

  #shownAt(site: string, camera: string, known: CameraWatched): NetworkCamera {
    return { ...known.at(this.#now()), candidates: this.#open.get(cameraKey(site, camera))?.size ?? 0 };
  }

  /** Tells of the camera when what is shown of it is something else now. */
  #look(site: string, camera: string): void {
    const found = this.#sites.get(site)?.cameras.get(camera);
    if (found === undefined) return;
    const shown = this.#shownAt(site, camera, found.known);
    const face = faceOf(shown);
    if (face === found.face) return;
    found.shown = shown;
    found.face = face;
    this.#tell((one) => one.changed(site, camera));
  }

  #away(connection: Connection, why: string): void {
    this.#silent.delete(connection);
    const { site } = connection;
    // What is not heard of any more becomes late by itself.
    for (const camera of this.#sites.get(site)?.cameras.keys() ?? []) this.#look(site, camera);
    if (this.outages.get(site) === why) return;
    this.outages.set(site, why);
    this.#tell((one) => one.away(site, why));
  }

  #heard(connection: Connection): void {
    this.#silent.delete(connection);
    this.#tell((one) => one.whole());
  }

  #tell(what: (watcher: Watcher) => void): void {
    for (const watcher of this.#watchers) what(watcher);
  }
}
