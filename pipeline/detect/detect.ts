/**
 * `detect`: from what is measured to candidates. One small state machine per rule and camera; nothing outside the
 * site's authorisation is ever raised.
 */
import type { Candidate, Frame, Measured } from '../model.ts';
import { cameraKey, candidateId } from '../model.ts';
import type { Authorisation, Camera, Rule, Site } from '../site/site.ts';
import type { Stage } from '../stage.ts';
import { Claim, type ClaimRecord } from './claim.ts';
import { Density } from './density.ts';
import { ForbiddenZone } from './forbidden-zone.ts';
import type { RuleMachine } from './rule.ts';
import { WrongWayLine, WrongWayZone } from './wrong-way.ts';

/** A view that cannot be trusted for this long ends what was claimed in it. */
const BLIND_MAX_MS = 10_000;

/** `build` names kernels and rules; it goes into every candidate. */
export function detect(site: Site, build: string): Stage<Measured, Candidate> {
  const cameras = new Map(site.cameras.map((camera) => [cameraKey(site.id, camera.id), camera]));
  const states = new Map<string, CameraDetect>();
  return {
    step(measured) {
      const { frame } = measured;
      const key = cameraKey(frame.site, frame.camera);
      const camera = cameras.get(key);
      if (camera === undefined) return [];
      const before = states.get(key);
      const candidates: Candidate[] = [];
      let state = before;
      if (state === undefined || state.epoch !== frame.epoch) {
        if (before !== undefined) candidates.push(...before.endAll());
        state = new CameraDetect(site, camera, frame, build);
        states.set(key, state);
      }
      candidates.push(...state.step(measured));
      return candidates;
    },
  };
}

interface Watch {
  readonly rule: Rule;
  readonly machine: RuleMachine;
  readonly claim: Claim;
}

class CameraDetect {
  readonly epoch: number;
  readonly #site: Site;
  readonly #camera: Camera;
  readonly #build: string;
  readonly #watches: readonly Watch[];
  #trustedAtMs: number;

  constructor(site: Site, camera: Camera, frame: Frame, build: string) {
    this.epoch = frame.epoch;
    this.#site = site;
    this.#camera = camera;
    this.#build = build;
    this.#trustedAtMs = frame.capturedAtMs;
    this.#watches = camera.rules.flatMap((rule) => {
      const machine = machineFor(rule, camera);
      return machine === undefined ? [] : [{ rule, machine, claim: new Claim(machine.timing) }];
    });
  }

  step(measured: Measured): readonly Candidate[] {
    const { frame } = measured;
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

  endAll(): readonly Candidate[] {
    return this.#watches.flatMap(({ rule, machine, claim }) => {
      const record = claim.end();
      return record === undefined ? [] : [this.#candidate(rule, machine.place, record)];
    });
  }

  #candidate(rule: Rule, place: string, record: ClaimRecord): Candidate {
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
      place,
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
    };
  }
}

/** Kinds whose detectors are not part of this release have no machine; `vigie check` says so. */
function machineFor(rule: Rule, camera: Camera): RuleMachine | undefined {
  const zone = 'zone' in rule ? camera.zones.find((known) => known.id === rule.zone) : undefined;
  if (rule.event === 'forbidden_zone' && zone !== undefined) return new ForbiddenZone(rule);
  if (rule.event === 'density' && zone !== undefined) return new Density(rule, zone);
  const line = 'line' in rule ? camera.lines.find((known) => known.id === rule.line) : undefined;
  if (rule.event === 'wrong_way' && 'line' in rule && line !== undefined) return new WrongWayLine(rule, line);
  if (rule.event === 'wrong_way' && zone !== undefined && 'direction' in rule) return new WrongWayZone(rule);
  return undefined;
}

/** No authorisation is only possible in development, where everything is allowed. */
function authorises(authorisation: Authorisation | undefined, rule: Rule, atMs: number): boolean {
  if (authorisation === undefined) return true;
  if (atMs < authorisation.fromMs || atMs > authorisation.toMs) return false;
  return authorisation.events.includes(rule.event);
}
