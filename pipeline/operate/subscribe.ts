/**
 * `vigie subscribe`: verified events as they come, one a line, across outages of the server.
 *
 * Events go to the output, everything else to the errors, so that a pipe sees events only. With a token file a
 * restart goes on after the last event printed: the token is kept after the line is out, never before.
 */
import type { CameraState } from '../../proto/messages.ts';
import { type Fault, fault, InputError } from '../errors.ts';
import { EVENT_TYPES, type EventType, SEVERITIES, type Severity, type VerifiedEvent } from '../model.ts';
import { type Delivery, openClient, type SubscribeOptions } from '../serve/client/client.ts';
import { subscribeKept, type TokenKeeper } from '../serve/client/kept.ts';
import { type ReachWords, reach } from './reach.ts';
import { processTerminal, say, type Terminal } from './terminal.ts';
import { tokenFileKeeper, tokenFrom } from './token-file.ts';
import { plain } from './told.ts';

export interface SubscribeWords extends ReachWords {
  readonly json?: boolean;
  readonly fromStart?: boolean;
  /** Hex digits, as --json prints them. */
  readonly resume?: string;
  readonly tokenFile?: string;
  readonly site?: readonly string[];
  readonly camera?: readonly string[];
  readonly type?: readonly string[];
  readonly place?: readonly string[];
  readonly severity?: string;
  /** Dates, as `2026-11-24` or `2026-11-24T14:00`. */
  readonly from?: string;
  readonly until?: string;
  readonly cameraStates?: boolean;
  /** Ends after so many events. */
  readonly count?: number;
}

/** Exit code 0: stopped, or `count` events printed. Throws InputError (words), RpcError (refused for good). */
export async function subscribe(
  words: SubscribeWords,
  terminal: Terminal = processTerminal(),
): Promise<number> {
  const options = optionsFrom(words, terminal.stop);
  const keeper = words.tokenFile === undefined ? NOWHERE : tokenFileKeeper(words.tokenFile);
  const client = openClient(words.server, reach(words));
  const out = new Printer(words, terminal);
  try {
    await subscribeKept(client, options, keeper, (delivery) => out.print(delivery));
    return 0;
  } finally {
    client.close();
  }
}

const NOWHERE: TokenKeeper = { read: async () => undefined, write: async () => {} };

class Printer {
  readonly #words: SubscribeWords;
  readonly #terminal: Terminal;
  #left: number;
  #isCurrent = false;
  #isConnected = false;
  #saidWhy = '';

  constructor(words: SubscribeWords, terminal: Terminal) {
    this.#words = words;
    this.#terminal = terminal;
    this.#left = words.count ?? Number.POSITIVE_INFINITY;
  }

  async print(delivery: Delivery): Promise<'enough' | undefined> {
    if (delivery.kind !== 'reconnecting' && delivery.kind !== 'gap') this.#isConnected = true;
    switch (delivery.kind) {
      case 'event': {
        const line = this.#words.json ? jsonLine(delivery) : eventLine(delivery.event);
        await say(this.#terminal.output, line);
        this.#left -= 1;
        return this.#left <= 0 ? 'enough' : undefined;
      }
      case 'progress':
        if (!this.#isCurrent)
          await this.#talk(`up to date with ${this.#words.server}; verified events appear as they come`);
        this.#isCurrent = true;
        return undefined;
      case 'catching_up':
        return undefined;
      case 'camera_state':
        return this.#talk(stateLine(delivery.state));
      case 'reconnecting':
        return this.#reconnecting(delivery);
      case 'gap':
        return this.#talk(`EVENTS WERE MISSED: ${plain(delivery.why)}; going on from there`);
    }
  }

  /** The same reason is said once, however long it lasts. */
  async #reconnecting({ why, waitMs }: Extract<Delivery, { kind: 'reconnecting' }>): Promise<undefined> {
    const wasConnected = this.#isConnected;
    this.#isConnected = false;
    this.#isCurrent = false;
    if (!wasConnected && why === this.#saidWhy) return;
    this.#saidWhy = why;
    const what = wasConnected ? 'connection lost' : 'no connection';
    await this.#talk(`${what}: ${plain(why)}; trying again in ${waitMs} ms, and on until there is one`);
  }

  async #talk(what: string): Promise<undefined> {
    await say(this.#terminal.errors, what);
  }
}

/** `2026-11-24 14:03:12  high      forbidden_zone    gare/quai-a/tracks  someone ...  confirmed by A. Martin` */
export function eventLine({ change, candidate, verdict }: VerifiedEvent): string {
  const { site, camera, place } = candidate;
  const where = [site, camera, ...(place === undefined ? [] : [place])].join('/');
  const by = verdict.by.name || (verdict.by.role === 'agent' ? 'an agent' : `a ${verdict.by.role}`);
  const who = change === 'retracted' ? `RETRACTED by ${by}` : `confirmed by ${by}`;
  const news = change === 'verified' || change === 'retracted' ? [] : [change];
  const words = [
    candidate.severity.padEnd(8),
    candidate.type.padEnd(16),
    where,
    candidate.explanation,
    ...news,
    who,
  ];
  return plain([localTime(candidate.atMs), ...words].join('  '));
}

/** `camera gare/quai-a covered since 2026-11-24 14:03:12` */
function stateLine({ site, camera, view, sinceMs }: CameraState): string {
  return plain(`camera ${site}/${camera} ${view} since ${localTime(sinceMs)}`);
}

function jsonLine({ event, token }: Extract<Delivery, { kind: 'event' }>): string {
  return JSON.stringify({ ...event, token: Buffer.from(token).toString('hex') });
}

/** History may be days old, so the date is part of it. */
function localTime(ms: number): string {
  const at = new Date(ms);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

function timeOf(word: string | undefined, at: string, faults: Fault[]): number | undefined {
  if (word === undefined) return undefined;
  const ms = /^\d{4}-\d\d-\d\d/.test(word) ? new Date(word).getTime() : Number.NaN;
  if (ms > 0) return ms;
  faults.push(fault('bad_time', at, `'${word}', expected a date as 2026-11-24 or 2026-11-24T14:00`));
  return undefined;
}

/** All that is wrong with the words at once. */
function optionsFrom(words: SubscribeWords, signal: AbortSignal): SubscribeOptions {
  const { site = [], camera = [], type = [], place = [], severity, fromStart = false } = words;
  const { resume, tokenFile, from, until, cameraStates = false } = words;
  const faults: Fault[] = [];
  const strange = type.filter((one) => !EVENT_TYPES.includes(one as EventType));
  if (strange.length > 0) {
    faults.push(
      fault('unknown_type', '--type', `'${strange.join("', '")}', expected one of ${EVENT_TYPES.join(', ')}`),
    );
  }
  if (severity !== undefined && !SEVERITIES.includes(severity as Severity)) {
    faults.push(
      fault('unknown_severity', '--severity', `'${severity}', expected one of ${SEVERITIES.join(', ')}`),
    );
  }
  const verdictFromMs = timeOf(from, '--from', faults);
  const verdictUntilMs = timeOf(until, '--until', faults);
  if (resume !== undefined && tokenFile !== undefined) {
    faults.push(fault('two_places', '--resume', 'given with --token-file, expected one place to go on from'));
  }
  if (faults.length > 0) throw new InputError(faults);
  const resumeToken = resume === undefined ? undefined : tokenFrom(resume, '--resume');
  return {
    signal,
    sites: site,
    cameras: camera,
    types: type as readonly EventType[],
    places: place,
    fromStart,
    cameraStates,
    ...(verdictFromMs === undefined ? {} : { verdictFromMs }),
    ...(verdictUntilMs === undefined ? {} : { verdictUntilMs }),
    ...(severity === undefined ? {} : { severityMin: severity as Severity }),
    ...(resumeToken === undefined ? {} : { resumeToken }),
  };
}
