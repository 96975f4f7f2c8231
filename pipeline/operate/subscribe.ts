/**
 * `vigie subscribe`: verified events as they come, one a line, across outages of the server.
 *
 * Events go to the output, everything else to the errors, so that a pipe sees events only. With a token file a
 * restart goes on after the last event printed: the token is kept after the line is out, never before.
 */
import { fault, InputError } from '../errors.ts';
import { EVENT_TYPES, type EventType, SEVERITIES, type Severity, type VerifiedEvent } from '../model.ts';
import { type Delivery, openClient, type SubscribeOptions } from '../serve/client.ts';
import { type ReachWords, reach } from './reach.ts';
import { processTerminal, say, type Terminal } from './terminal.ts';
import { readTokenFile, tokenFrom, writeTokenFile } from './token-file.ts';
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
  readonly severity?: string;
  /** Ends after so many events. */
  readonly count?: number;
}

/** Exit code 0: stopped, or `count` events printed. Throws InputError (words), RpcError (refused for good). */
export async function subscribe(
  words: SubscribeWords,
  terminal: Terminal = processTerminal(),
): Promise<number> {
  const options = await optionsFrom(words, terminal.stop);
  const client = openClient(words.server, reach(words));
  let left = words.count ?? Number.POSITIVE_INFINITY;
  let current = false;
  try {
    for await (const delivery of client.subscribe(options)) {
      switch (delivery.kind) {
        case 'event':
          await say(terminal.output, words.json ? jsonLine(delivery) : eventLine(delivery.event));
          left -= 1;
          break;
        case 'progress':
          if (!current)
            await say(
              terminal.errors,
              `up to date with ${words.server}; verified events appear as they come`,
            );
          current = true;
          break;
        case 'reconnecting':
          current = false;
          await say(
            terminal.errors,
            `connection lost: ${plain(delivery.why)}; trying again in ${delivery.waitMs} ms`,
          );
          break;
        case 'gap':
          await say(terminal.errors, `EVENTS WERE MISSED: ${plain(delivery.why)}; going on from there`);
          break;
      }
      if (words.tokenFile !== undefined && 'token' in delivery) {
        await writeTokenFile(words.tokenFile, delivery.token);
      }
      if (left <= 0) break;
    }
    return 0;
  } finally {
    client.close();
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

/** All that is wrong with the words at once. */
async function optionsFrom(words: SubscribeWords, signal: AbortSignal): Promise<SubscribeOptions> {
  const { site = [], camera = [], type = [], severity, fromStart = false, resume, tokenFile } = words;
  const faults = [];
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
  if (resume !== undefined && tokenFile !== undefined) {
    faults.push(fault('two_places', '--resume', 'given with --token-file, expected one place to go on from'));
  }
  if (faults.length > 0) throw new InputError(faults);
  const kept = tokenFile === undefined ? undefined : await readTokenFile(tokenFile);
  const resumeToken = resume === undefined ? kept : tokenFrom(resume, '--resume');
  return {
    signal,
    sites: site,
    cameras: camera,
    types: type as readonly EventType[],
    fromStart,
    ...(severity === undefined ? {} : { severityMin: severity as Severity }),
    ...(resumeToken === undefined ? {} : { resumeToken }),
  };
}
