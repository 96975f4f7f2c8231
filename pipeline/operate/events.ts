/** `vigie events`: what was verified and how it stands, or one event in full. */
import type { ListRequest } from '../../proto/messages.ts';
import { fault, InputError } from '../errors.ts';
import {
  EVENT_CHANGES,
  EVENT_TYPES,
  type EventChange,
  type EventState,
  type EventType,
  SEVERITIES,
  type Severity,
} from '../model.ts';
import type { VigieClient } from '../serve/client/client.ts';
import { openClient } from '../serve/client/client.ts';
import { type ReachWords, reach } from './reach.ts';
import { processTerminal, say, type Terminal } from './terminal.ts';
import { plain } from './told.ts';

export interface EventsWords extends ReachWords {
  readonly json?: boolean;
  readonly site?: readonly string[];
  readonly camera?: readonly string[];
  readonly place?: readonly string[];
  readonly type?: readonly string[];
  readonly severity?: string;
  readonly state?: readonly string[];
  /** Of the first confirmation, ms since the Unix epoch. */
  readonly since?: number;
  readonly until?: number;
  readonly oldestFirst?: boolean;
  /** Most events that are listed. Default 50. */
  readonly limit?: number;
}

const LIMIT = 50;

/** Exit code 0. `id`: one event, in full. Throws InputError (words), RpcError. */
export async function events(
  id: string | undefined,
  words: EventsWords,
  terminal: Terminal = processTerminal(),
): Promise<number> {
  const request = requestFrom(words);
  const { output } = terminal;
  const client = openClient(words.server, reach(words));
  try {
    if (id !== undefined) {
      const event = await client.getEvent(id);
      await say(output, words.json ? JSON.stringify(event) : inFull(event));
      return 0;
    }
    await list(client, request, words, terminal);
    return 0;
  } finally {
    client.close();
  }
}

async function list(
  client: VigieClient,
  request: Partial<ListRequest>,
  { json, limit = LIMIT }: EventsWords,
  { output, errors, stop }: Terminal,
): Promise<void> {
  let left = limit;
  let pageToken = '';
  do {
    const page = await client.listEvents({ ...request, pageSize: Math.min(left, 500), pageToken });
    for (const event of page.events) await say(output, json ? JSON.stringify(event) : stateLine(event));
    left -= page.events.length;
    pageToken = page.nextPageToken;
    const { completeSinceMs } = page;
    if (pageToken === '' && completeSinceMs !== undefined) {
      await say(errors, `older events than of ${timeOf(completeSinceMs)} are not listed by this server`);
    }
  } while (pageToken !== '' && left > 0 && !stop.aborted);
  if (pageToken !== '' && left <= 0)
    await say(errors, `there are more than ${limit}; --limit shows more of them`);
}

/** `2026-11-24 14:03:12  retracted  high      forbidden_zone    gare/quai-a/tracks  someone ...  by A. Martin` */
export function stateLine({ event, state, verifiedAtMs }: EventState): string {
  const { candidate, verdict } = event;
  return plain(
    [
      timeOf(verifiedAtMs),
      state.padEnd(9),
      candidate.severity.padEnd(8),
      candidate.type.padEnd(16),
      whereOf(event.candidate),
      candidate.explanation,
      ...(verdict.by.name === '' ? [] : [`by ${verdict.by.name}`]),
    ].join('  '),
  );
}

/** A line for each thing that is known. */
export function inFull(found: EventState): string {
  const { candidate, verdict } = found.event;
  const { siteName, vehicle } = candidate;
  const time = (ms: number | undefined) => (ms === undefined ? [] : [timeOf(ms)]);
  const rows: readonly (readonly [string, readonly (string | undefined)[]])[] = [
    ['event', [candidate.id]],
    ['state', [found.state]],
    ['what', [candidate.severity, candidate.type, candidate.explanation]],
    ['where', [whereOf(candidate), candidate.siteKind, ...(siteName === undefined ? [] : [siteName])]],
    ['vehicle', vehicle === undefined ? [] : [vehicle.id, vehicle.trip, positionOf(vehicle.position)]],
    ['began', time(found.beganAtMs)],
    ['updated', time(found.updatedAtMs)],
    ['ended', time(found.endedAtMs)],
    ['verified', time(found.verifiedAtMs)],
    ['retracted', time(found.retractedAtMs)],
    ['verdict', [verdict.act.kind, verdict.by.role, verdict.by.name]],
    ...candidate.findings.map(({ name, value, limit, unit }) => {
      const held = limit === undefined ? [] : [`limit ${limit}`];
      return ['found', [name, `${value} ${unit}`.trim(), ...held]] as const;
    }),
    ['rule', [candidate.rule, `version ${candidate.ruleVersion}`]],
    ['build', [candidate.build]],
  ];
  return rows
    .map(([what, values]) => [what, values.filter((value) => value !== undefined && value !== '')] as const)
    .filter(([, values]) => values.length > 0)
    .map(([what, values]) => plain(`${what.padEnd(9)}  ${values.join('  ')}`))
    .join('\n');
}

function whereOf({ site, camera, place }: EventState['event']['candidate']): string {
  return [site, camera, ...(place === undefined ? [] : [place])].join('/');
}

function positionOf(position: { latitude: number; longitude: number } | undefined): string | undefined {
  return position && `${position.latitude.toFixed(5)} ${position.longitude.toFixed(5)}`;
}

/** Local time. */
function timeOf(ms: number): string {
  const at = new Date(ms);
  return `${at.toLocaleDateString('sv')} ${at.toLocaleTimeString('sv')}`;
}

/** All that is wrong with the words at once. */
function requestFrom(words: EventsWords): Partial<ListRequest> {
  const { site = [], camera = [], place = [], type = [], state = [], severity, since, until } = words;
  const faults = [
    ...strange('unknown_type', '--type', type, EVENT_TYPES),
    ...strange('unknown_state', '--state', state, EVENT_CHANGES),
    ...strange('unknown_severity', '--severity', severity === undefined ? [] : [severity], SEVERITIES),
  ];
  if (faults.length > 0) throw new InputError(faults);
  return {
    sites: site,
    cameras: camera,
    places: place,
    types: type as readonly EventType[],
    states: state as readonly EventChange[],
    oldestFirst: words.oldestFirst ?? false,
    ...(severity === undefined ? {} : { severityMin: severity as Severity }),
    ...(since === undefined ? {} : { verdictFromMs: since }),
    ...(until === undefined ? {} : { verdictUntilMs: until }),
  };
}

function strange(code: string, at: string, words: readonly string[], known: readonly string[]) {
  const found = words.filter((word) => !known.includes(word));
  if (found.length === 0) return [];
  return [fault(code, at, `'${found.join("', '")}', expected one of ${known.join(', ')}`)];
}
