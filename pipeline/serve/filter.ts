/** Which verified events a subscriber asked for. An empty list does not filter. */
import type { SubscribeRequest } from '../../proto/messages.ts';
import { SEVERITIES, type VerifiedEvent } from '../model.ts';

export function eventFilter(request: SubscribeRequest): (event: VerifiedEvent) => boolean {
  const site = among(request.sites);
  const camera = among(request.cameras);
  const type = among(request.types);
  const rankMin = request.severityMin === undefined ? 0 : SEVERITIES.indexOf(request.severityMin);
  return ({ candidate }) =>
    site(candidate.site) &&
    camera(candidate.camera) &&
    type(candidate.type) &&
    SEVERITIES.indexOf(candidate.severity) >= rankMin;
}

function among<T>(wanted: readonly T[]): (value: T) => boolean {
  if (wanted.length === 0) return () => true;
  const set = new Set(wanted);
  return (value) => set.has(value);
}
