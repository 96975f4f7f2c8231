/** What helps to decide about a candidate: what was decided here before, the zone's last hour, what the camera watches for. */
import type { CandidateReview, ReviewStatus } from '../model.ts';
import { RpcError } from '../serve/client/client.ts';
import { allows } from './access.ts';
import type { CameraSetup, CandidateContext } from './api.ts';
import { bad } from './reading.ts';
import type { Session } from './sessions.ts';
import { shownSetup } from './setups.ts';

const EARLIER_MAX = 20;
const HISTORY_MS = 3_600_000;
const DECIDED: readonly ReviewStatus[] = ['confirmed', 'rejected', 'lapsed'];

/** A part that a server does not have, or not now, is absent: the others help all the same. */
export async function contextOf(session: Session, candidate: string): Promise<CandidateContext> {
  const at = placeOf(candidate);
  const { client } = await session.connections.of(at.site);
  const filter = { sites: [at.site], cameras: [at.camera], rules: [at.rule], limit: EARLIER_MAX + 1 };
  const decided = client.listCandidates({ statuses: DECIDED, ...filter });
  const setups = allows(session.role, 'vigie.v1.SetupService/GetSetups')
    ? client.getSetups(at.site, [at.camera])
    : undefined;
  const [earlier, setup] = await Promise.all([
    decided,
    known(setups?.then(([first]) => first && shownSetup(first))),
  ]);
  const zone = zoneOf(setup, at.rule);
  const points =
    zone === undefined || !allows(session.role, 'vigie.v1.ObservationService/GetHistory')
      ? undefined
      : await known(client.getHistory({ site: at.site, camera: at.camera, zone, backMs: HISTORY_MS }));
  return {
    earlier: earlier.filter((review) => isBeside(review, at, candidate)).slice(0, EARLIER_MAX),
    ...(zone !== undefined && points !== undefined && { history: { zone, points } }),
    ...(setup !== undefined && { setup }),
  };
}

type Place = ReturnType<typeof placeOf>;

/** site / camera / epoch / rule / frame */
function placeOf(candidate: string) {
  const [site, camera, , rule] = candidate.split('/');
  if (!site || !camera || !rule) throw bad(`'${candidate}' is no candidate's id`);
  return { site, camera, rule };
}

function isBeside({ candidate }: CandidateReview, { camera, rule }: Place, id: string): boolean {
  return candidate.id !== id && candidate.camera === camera && candidate.rule === rule;
}

function zoneOf(setup: CameraSetup | undefined, rule: string): string | undefined {
  const zone = setup?.setup.rules.find(({ id }) => id === rule)?.zone;
  return typeof zone === 'string' ? zone : undefined;
}

async function known<T>(asked: Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof RpcError && error.status !== 'UNAUTHENTICATED') return undefined;
    throw error;
  }
}
