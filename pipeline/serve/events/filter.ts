/** Which verified events a subscriber asked for. An empty list does not filter. */
import type { SubscribeRequest } from '../../../proto/messages.ts';
import { type EventType, SEVERITIES, type VerifiedEvent } from '../../model.ts';

/** What filters look at: all that is kept of an event beside its bytes. */
export interface Facts {
  readonly site: string;
  readonly camera: string;
  readonly place: string | undefined;
  readonly type: EventType;
  /** Index in SEVERITIES. */
  readonly severity: number;
  readonly verdictAtMs: number;
  readonly retracts: boolean;
}

export function factsOf({ candidate, verdict, change }: VerifiedEvent): Facts {
  const { site, camera, place, type } = candidate;
  return {
    site,
    camera,
    place,
    type,
    severity: SEVERITIES.indexOf(candidate.severity),
    verdictAtMs: verdict.atMs,
    retracts: change === 'retracted',
  };
}

export type EventFilter = (facts: Facts) => boolean;

/** Only what is asked for is looked at: a server asks once per event and subscriber. */
export function eventFilter(request: SubscribeRequest): EventFilter {
  const { sites, cameras, types, places, severityMin, verdictFromMs, verdictUntilMs } = request;
  const tests: EventFilter[] = [];
  const only = <T>(wanted: readonly T[], value: (facts: Facts) => T | undefined) => {
    if (wanted.length === 0) return;
    const set = new Set<T | undefined>(wanted);
    tests.push((facts) => set.has(value(facts)));
  };
  only(sites, ({ site }) => site);
  only(cameras, ({ camera }) => camera);
  only(types, ({ type }) => type);
  only(places, ({ place }) => place);
  if (severityMin !== undefined) {
    const least = SEVERITIES.indexOf(severityMin);
    tests.push(({ severity }) => severity >= least);
  }
  if (verdictFromMs !== undefined) tests.push(({ verdictAtMs }) => verdictAtMs >= verdictFromMs);
  if (verdictUntilMs !== undefined) {
    // A reversal comes after what it takes back, perhaps after the bound: it must not be kept back.
    tests.push(({ verdictAtMs, retracts }) => retracts || verdictAtMs < verdictUntilMs);
  }
  return tests.length === 0 ? everything : (facts) => tests.every((test) => test(facts));
}

const everything: EventFilter = () => true;

/** Which cameras' states: those whose events could come. */
export function cameraFilter({
  sites,
  cameras,
}: SubscribeRequest): (site: string, camera: string) => boolean {
  return (site, camera) =>
    (sites.length === 0 || sites.includes(site)) && (cameras.length === 0 || cameras.includes(camera));
}
