/**
 * What a token says of its bearer, as it stands in the token:
 *
 *   sub     name of the person or machine          exp, nbf   seconds since 1970
 *   jti     id of the token, by which it can be revoked
 *   vigie   { "role": "agent", "sites": "all" | ["gare-exemple"], "events": "all" | ["density"],
 *             "agent_names": false, "habilitation": { "from": "2026-11-01", "to": "2027-01-31" } }
 *
 * A scope that is not written is no scope: `sites` and `events` are required, and `all` is a word that somebody wrote.
 */
import { EVENT_TYPES, type EventType, ROLES, type Role } from '../model.ts';
import { instantMs } from '../site/instant.ts';
import { PEOPLE } from './decide.ts';
import type { Habilitation, Known, Scope, Some } from './identity.ts';

export const CLAIM = 'vigie';
/** Longest name and token id; both stand in the audit, the name in verdicts. */
export const NAME_LENGTH_MAX = 120;
const SITES_MAX = 1_000;

export class ClaimError extends Error {}

/** Throws ClaimError in words that name the claim. */
export function knownFrom(claims: Readonly<Record<string, unknown>>, key: string): Known {
  const name = nameIn(claims.sub, 'sub');
  const id = nameIn(claims.jti, 'jti');
  const untilMs = typeof claims.exp === 'number' ? claims.exp * 1_000 : Number.NaN;
  if (!Number.isFinite(untilMs)) throw new ClaimError("its claim 'exp' is no number of seconds");
  const ours = claims[CLAIM];
  if (typeof ours !== 'object' || ours === null)
    throw new ClaimError(`its claim '${CLAIM}' is ${ours === undefined ? 'missing' : 'no object'}`);
  const { role, sites, events, agent_names: agentNames, habilitation } = ours as Record<string, unknown>;
  const found = ROLES.find((one) => one === role);
  if (found === undefined) throw new ClaimError(`its claim 'role' is none of ${ROLES.join(', ')}`);
  if (agentNames !== undefined && typeof agentNames !== 'boolean')
    throw new ClaimError("its claim 'agent_names' is neither true nor false");
  const scope = {
    sites: someIn(sites, 'sites', (one): one is string => /^[\w.-]{1,64}$/.test(one)),
    types: someIn(events, 'events', (one): one is EventType => EVENT_TYPES.some((type) => type === one)),
    agentNames: seesAgentNames(found, agentNames),
  };
  return known(name, found, scope, { kind: 'token', id, key }, untilMs, habilitationIn(habilitation));
}

/** Those who work with agents know who they are; machines that act on events do not need to. */
export function seesAgentNames(role: Role, asked: boolean | undefined): boolean {
  return PEOPLE.has(role) || asked === true;
}

export function known(
  name: string,
  role: Role,
  scope: Scope,
  by: Known['by'],
  untilMs: number,
  habilitation: Habilitation | undefined,
): Known {
  return {
    kind: 'known',
    name,
    role,
    scope,
    by,
    untilMs,
    ...(habilitation === undefined ? {} : { habilitation }),
  };
}

function nameIn(value: unknown, claim: string): string {
  if (typeof value === 'string' && value.trim() !== '' && value.length <= NAME_LENGTH_MAX && printable(value))
    return value.trim();
  throw new ClaimError(`its claim '${claim}' is no name of 1 to ${NAME_LENGTH_MAX} printable characters`);
}

/** Names go to terminals and into the audit: no control characters. */
export function printable(text: string): boolean {
  return !/\p{Cc}|\p{Cf}/u.test(text);
}

function someIn<Word extends string>(
  value: unknown,
  claim: string,
  is: (one: string) => one is Word,
): Some<Word> {
  if (value === 'all') return 'all';
  if (!Array.isArray(value) || value.length === 0 || value.length > SITES_MAX)
    throw new ClaimError(`its claim '${claim}' is neither "all" nor a list of 1 to ${SITES_MAX}`);
  const words = value.filter((one): one is Word => typeof one === 'string' && is(one));
  if (words.length < value.length) throw new ClaimError(`its claim '${claim}' holds something unknown`);
  return words;
}

function habilitationIn(value: unknown): Habilitation | undefined {
  if (value === undefined) return undefined;
  const { from, to } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const fromMs = typeof from === 'string' ? instantMs(from, 'from') : undefined;
  const toMs = typeof to === 'string' ? instantMs(to, 'to') : undefined;
  if (fromMs === undefined || toMs === undefined)
    throw new ClaimError("its claim 'habilitation' is no { from, to } of two days");
  return { fromMs, toMs };
}
