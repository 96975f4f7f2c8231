/** `vigie status`: how an installation does, as the server that is asked sees it. */
import type { CameraStatus, StatusResponse } from '../../proto/messages.ts';
import { pause } from '../patience.ts';
import { openClient } from '../serve/client/client.ts';
import { type ReachWords, reach } from './reach.ts';
import { pageOn } from './status.ts';
import { processTerminal, say, type Terminal } from './terminal.ts';
import { plain } from './told.ts';

export interface StatusWords extends ReachWords {
  readonly json?: boolean;
  /** Again every second, until stopped. */
  readonly follow?: boolean;
}

const EVERY_MS = 1_000;

/** Exit code 0. Throws RpcError: the server does not answer. */
export async function installation(
  words: StatusWords,
  terminal: Terminal = processTerminal(),
): Promise<number> {
  const { json = false, follow = false } = words;
  const { output, stop } = terminal;
  const client = openClient(words.server, reach(words));
  const shown = (status: StatusResponse) => (json ? JSON.stringify(status) : statusPage(status).join('\n'));
  let last = '';
  const page =
    follow && !json && output.isTTY === true
      ? pageOn(output as NodeJS.WriteStream, () => last, 250)
      : undefined;
  try {
    do {
      last = shown(await client.status());
      if (page === undefined) await say(output, last);
      if (follow) await pause(EVERY_MS, stop);
    } while (follow && !stop.aborted);
    return 0;
  } finally {
    page?.done();
    client.close();
  }
}

/** Lines without their ends. Unknown is a dash. */
export function statusPage(status: StatusResponse): readonly string[] {
  const { site, siteName, siteKind, upMs, release, cameras } = status;
  const width = Math.max(6, ...cameras.map(({ camera }) => camera.length));
  return [
    [
      site,
      ...(siteName === undefined ? [] : [siteName]),
      siteKind,
      `up ${clock(upMs)}`,
      `Vigie ${release}`,
    ].join('  '),
    '',
    `${'camera'.padEnd(width)}  source    view     frames/s  people by zone`,
    ...cameras.map((one) => cameraLine(one, width)),
    '',
    [
      `${status.waiting + status.claimed} wait${status.claimed > 0 ? ` (${status.claimed} claimed)` : ''}`,
      `${status.verified} verified`,
      `${status.subscribers} subscriber${status.subscribers === 1 ? '' : 's'}`,
      `${number(status.framesPerSecond)} frames/s`,
      `lag ${status.lagRecords ?? '-'} records`,
    ].join('   '),
    ...(status.rejected.length === 0
      ? []
      : [`rejected: ${status.rejected.map(({ code, count }) => `${code} ${count}`).join(', ')}`]),
    ...status.outages.map((outage) => `log away: ${outage}`),
  ].map(plain);
}

function cameraLine(one: CameraStatus, width: number): string {
  const counts = [
    ...(one.late > 0 ? [`${one.late} late`] : []),
    ...(one.skipped > 0 ? [`${one.skipped} skipped`] : []),
    ...(one.spooled > 0 ? [`${one.spooled} held on disk`] : []),
    ...(one.dropped > 0 ? [`${one.dropped} dropped`] : []),
  ];
  const zones = one.zones.map(({ zone, people }) => `${zone} ${number(people)}`);
  return [
    one.camera.padEnd(width),
    one.source.padEnd(8),
    (one.view ?? '-').padEnd(8),
    number(one.framesPerSecond).padStart(7),
    [one.why ?? '', ...zones, ...counts].filter((text) => text !== '').join('   '),
  ]
    .join('  ')
    .trimEnd();
}

function number(value: number | undefined): string {
  return value === undefined ? '-' : value.toFixed(1);
}

function clock(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(seconds / 3_600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
