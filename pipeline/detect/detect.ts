/**
 * `detect`: from what is measured to candidates. One small state machine per rule and camera; nothing outside the
 * site's authorisation is ever raised.
 */
import type { Candidate, Measured, Vehicle } from '../model.ts';
import { cameraKey, candidateId } from '../model.ts';
import { fromSaved, toSaved } from '../saved.ts';
import type { Authorisation, Camera, Rule, Site } from '../site/site.ts';
import type { KeptStage } from '../stage.ts';
import { AbandonedObject } from './abandoned-object/abandoned-object.ts';
import { Claim, type ClaimRecord } from './claim.ts';
import { CrowdMovement } from './crowd-movement/crowd-movement.ts';
import { Density } from './density/density.ts';
import { Fires } from './fire/fire.ts';
import { ForbiddenZone } from './forbidden-zone/forbidden-zone.ts';
import { PersonOnGround } from './person-on-ground/person-on-ground.ts';
import type { RuleMachine } from './rule.ts';
import { Weapons } from './weapon.ts';
import { WrongWayLine, WrongWayZone } from './wrong-way/wrong-way.ts';

/** A view that cannot be trusted for this long ends what was claimed in it. */
const BLIND_MAX_MS = 10_000;

/** Of what is saved. */
const LAYOUT = 18;

export interface DetectStage extends KeptStage<Measured, Candidate> {
  /**
   * From the next frame on a camera has other rules. One that watches the same place for the same event goes on, its open
   * claim too; what a vanished rule had claimed ends where it was last seen, and is returned.
   */
  replace(key: string, camera: Camera): readonly Candidate[];
}

/** `build` names kernels and rules; it goes into every candidate. */
export function detect(site: Site, build: string): DetectStage {
  return new Detect(site, build);
}

class Detect implements DetectStage {
  readonly #site: Site;
  readonly #build: string;
  readonly #cameras: Map<string, Camera>;
  readonly #states = new Map<string, CameraDetect>();

  constructor(site: Site, build: string) {
    this.#site = site;
    this.#build = build;
    this.#cameras = new Map(site.cameras.map((camera) => [cameraKey(site.id, camera.id), camera]));
  }

  step(measured: Measured): readonly Candidate[] {
    const { frame } = measured;
    const key = cameraKey(frame.site, frame.camera);
    const camera = this.#cameras.get(key);
    if (camera === undefined) return [];
    const before = this.#states.get(key);
    const candidates: Candidate[] = [];
    let state = before;
    if (state === undefined || state.epoch !== frame.epoch) {
      if (before !== undefined) candidates.push(...before.endAll());
      state = new CameraDetect(this.#site, camera, frame.epoch, frame.capturedAtMs, this.#build);
      this.#states.set(key, state);
    }
    candidates.push(...state.step(measured));
    return candidates;
  }

  save(key: string): Uint8Array | undefined {
    const state = this.#states.get(key);
    return state === undefined ? undefined : toSaved(LAYOUT, state.save());
  }

  restore(key: string, saved: Uint8Array): boolean {
    const camera = this.#cameras.get(key);
    const read = fromSaved(LAYOUT, saved);
    if (camera === undefined || read === undefined) return false;
    const state = read.state as CameraDetectState;
    this.#states.set(key, CameraDetect.restored(this.#site, camera, state, this.#build));
    return true;
  }

  replace(key: string, camera: Camera): readonly Candidate[] {
    const before = this.#states.get(key);
    const saved = this.save(key);
    this.#cameras.set(key, camera);
    if (before === undefined || saved === undefined) return [];
    this.restore(key, saved);
    return before.endAll((watch) => this.#states.get(key)?.has(watch) !== true);
  }
}

interface Watch {
  readonly rule: Rule;
  readonly machine: RuleMachine;
  readonly claim: Claim;
}

type CameraDetectState = ReturnType<CameraDetect['save']>;

class CameraDetect {
  readonly epoch: number;
  readonly #site: Site;
  readonly #camera: Camera;
  readonly #build: string;
  readonly #watches: readonly Watch[];
  #trustedAtMs: number;
  /** As the site file or the last frame that knew had it. */
  #vehicle: Vehicle | undefined;

  constructor(site: Site, camera: Camera, epoch: number, trustedAtMs: number, build: string) {
    this.epoch = epoch;
    this.#site = site;
    this.#camera = camera;
    this.#build = build;
    this.#trustedAtMs = trustedAtMs;
    this.#vehicle = camera.vehicle;
    this.#watches = camera.rules.flatMap((rule) => {
      const machine = machineFor(rule, camera);
      return machine === undefined ? [] : [{ rule, machine, claim: new Claim(machine.timing) }];
    });
  }

  /**
   * A rule goes on if it watches the same place for the same event; its limits may be others. What a vanished rule had
   * claimed is not ended here: whoever restores sees that nobody continues it.
   */
  static restored(site: Site, camera: Camera, state: CameraDetectState, build: string): CameraDetect {
    const restored = new CameraDetect(site, camera, state.epoch, state.trustedAtMs, build);
    restored.#vehicle = state.vehicle ?? camera.vehicle;
    for (const watch of restored.#watches) {
      const saved = state.watches.get(watchKey(watch));
      if (saved === undefined) continue;
      watch.machine.restore(saved.machine);
      watch.claim.restore(saved.claim);
    }
    return restored;
  }

  save() {
    const watches = this.#watches.map(
      (watch) => [watchKey(watch), { machine: watch.machine.save(), claim: watch.claim.save() }] as const,
    );
    return {
      epoch: this.epoch,
      trustedAtMs: this.#trustedAtMs,
      vehicle: this.#vehicle,
      watches: new Map(watches),
    };
  }

  step(measured: Measured): readonly Candidate[] {
    const { frame } = measured;
    if (frame.vehicle !== undefined) this.#vehicle = frame.vehicle;
    const now = { frame: frame.number, atMs: frame.capturedAtMs };
    if (frame.view === 'ok') this.#trustedAtMs = now.atMs;
    const gone = frame.view === 'lost' || now.atMs - this.#trustedAtMs > BLIND_MAX_MS;
    return this.#watches.flatMap(({ rule, machine, claim }) => {
      const condition = machine.look(measured);
      const allowed = authorises(this.#site.authorisation, rule, now.atMs);
      const record = gone || !allowed ? claim.end() : claim.step(condition, now);
      return record === undefined ? [] : [this.#candidate(rule, machine.place, record)];
    });
  }

  /** Whether a rule of it goes on what another setup of the camera watched. */
  has(watch: string): boolean {
    return this.#watches.some((one) => watchKey(one) === watch);
  }

  /** `which`: by `watchKey`. */
  endAll(which: (watch: string) => boolean = () => true): readonly Candidate[] {
    return this.#watches.flatMap((watch) => {
      if (!which(watchKey(watch))) return [];
      const { rule, machine, claim } = watch;
      const record = claim.end();
      return record === undefined ? [] : [this.#candidate(rule, machine.place, record)];
    });
  }

  #candidate(rule: Rule, place: string | undefined, record: ClaimRecord): Candidate {
    const { condition } = record;
    const of = { site: this.#site.id, camera: this.#camera.id, epoch: this.epoch };
    return {
      id: candidateId(of, rule.id, record.began.frame),
      ...of,
      siteKind: this.#site.kind,
      type: rule.event,
      rule: rule.id,
      ruleVersion: rule.version,
      severity: rule.severity,
      ...(place === undefined ? {} : { place }),
      phase: record.phase,
      revision: record.revision,
      beganFrame: record.began.frame,
      beganAtMs: record.began.atMs,
      frame: record.at.frame,
      atMs: record.at.atMs,
      region: condition.region,
      score: condition.score,
      explanation: condition.explanation,
      findings: condition.findings,
      build: this.#build,
      ...(this.#site.name === undefined ? {} : { siteName: this.#site.name }),
      ...(this.#vehicle === undefined ? {} : { vehicle: this.#vehicle }),
      ...(rule.confirmers === undefined ? {} : { confirmers: rule.confirmers }),
    };
  }
}

function watchKey({ rule, machine }: Watch): string {
  return [rule.id, rule.event, 'line' in rule ? 'line' : 'zone', machine.place].join(' ');
}

/** Kinds whose detectors are not part of this release have no machine; `vigie check` says so. */
export function machineFor(rule: Rule, camera: Camera): RuleMachine | undefined {
  const zone = 'zone' in rule ? camera.zones.find((known) => known.id === rule.zone) : undefined;
  const calibrated = camera.ground.length > 0;
  if (rule.event === 'forbidden_zone' && zone !== undefined) return new ForbiddenZone(rule);
  if (rule.event === 'density' && zone !== undefined) return new Density(rule, zone);
  if (rule.event === 'abandoned_object') return new AbandonedObject(rule, zone, calibrated);
  if (rule.event === 'weapon') return new Weapons(rule, zone);
  if (rule.event === 'crowd_movement') return new CrowdMovement(rule, zone, calibrated);
  if (rule.event === 'fire') return new Fires(rule, zone);
  if (rule.event === 'person_on_ground') return new PersonOnGround(rule, zone, camera.ground);
  const line = 'line' in rule ? camera.lines.find((known) => known.id === rule.line) : undefined;
  if (rule.event === 'wrong_way' && 'line' in rule && line !== undefined) return new WrongWayLine(rule, line);
  if (rule.event === 'wrong_way' && zone !== undefined && 'direction' in rule)
    return new WrongWayZone(rule, zone);
  return undefined;
}

/** No authorisation is only possible in development, where everything is allowed. */
function authorises(authorisation: Authorisation | undefined, rule: Rule, atMs: number): boolean {
  if (authorisation === undefined) return true;
  if (atMs < authorisation.fromMs || atMs > authorisation.toMs) return false;
  return authorisation.events.includes(rule.event);
}
