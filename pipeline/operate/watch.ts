/**
 * `vigie watch`: what is measured now. On a terminal a table that refreshes in place, elsewhere a line for each
 * observation, or JSON lines.
 */
import type { WatchResponse } from '../../proto/messages.ts';
import { cameraKey, type Observation, type ZoneObservation } from '../model.ts';
import { openClient } from '../serve/client/client.ts';
import { type ReachWords, reach } from './reach.ts';
import { pageOn } from './status.ts';
import { processTerminal, say, type Terminal } from './terminal.ts';
import { plain } from './told.ts';

export interface WatchWords extends ReachWords {
  readonly json?: boolean;
  readonly site?: readonly string[];
  readonly camera?: readonly string[];
  readonly zone?: readonly string[];
  /** Ends after so many observations. */
  readonly count?: number;
}

/** A camera that was silent for so long is shown as that. */
const SILENT_MS = 5_000;
const REFRESH_MS = 250;

interface Heard extends WatchResponse {
  readonly heardAtMs: number;
}

/** Exit code 0: stopped, or `count` observations shown. Throws RpcError. */
export async function watch(words: WatchWords, terminal: Terminal = processTerminal()): Promise<number> {
  const { json = false, site = [], camera = [], zone = [] } = words;
  const { output, now, stop } = terminal;
  const client = openClient(words.server, reach(words));
  const cameras = new Map<string, Heard>();
  const table = () => watchTable([...cameras.values()], now()).join('\n');
  const page =
    output.isTTY === true && !json ? pageOn(output as NodeJS.WriteStream, table, REFRESH_MS) : undefined;
  let left = words.count ?? Number.POSITIVE_INFINITY;
  try {
    const watched = client.watchObservations({ sites: site, cameras: camera, zones: zone, signal: stop });
    for await (const response of watched) {
      const { observation } = response;
      cameras.set(cameraKey(observation.site, observation.camera), { ...response, heardAtMs: now() });
      if (page === undefined)
        await say(output, json ? JSON.stringify(response) : observationLine(observation));
      left -= 1;
      if (left <= 0) break;
    }
    return 0;
  } finally {
    page?.done();
    client.close();
  }
}

/** Lines without their ends, a zone each. Unknown is a dash. */
export function watchTable(heard: readonly Heard[], nowMs: number): readonly string[] {
  if (heard.length === 0) return ['nothing is measured yet'];
  const head = ['camera', 'view', 'zone', 'people', 'per m2', 'moving', 'flow', 'skipped'];
  const sorted = [...heard].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const rows = sorted.flatMap((one) => {
    const { observation, skipped } = one;
    const silent = nowMs - one.heardAtMs > SILENT_MS;
    const view = silent ? 'silent' : observation.view;
    const zones: readonly ZoneObservation[] =
      observation.zones.length === 0 ? [{ zone: '-' }] : observation.zones;
    return zones.map((zone, at) => [
      at === 0 ? keyOf(one) : '',
      at === 0 ? view : '',
      zone.zone,
      ...(silent
        ? ['-', '-', '-', '-']
        : [number(zone.people, 1), number(zone.density, 2), number(zone.moving, 1), flowOf(zone)]),
      at === 0 && skipped > 0 ? String(skipped) : '',
    ]);
  });
  const table = [head, ...rows].map((row) => row.map(plain));
  const widths = head.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  return table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}

/** `2026-11-24T13:03:12.000Z  gare/quai-a  ok  platform 12.4 (0.09/m2)  tracks -` */
export function observationLine({ site, camera, atMs, view, zones, crossings }: Observation): string {
  return plain(
    [
      new Date(atMs).toISOString(),
      `${site}/${camera}`,
      view,
      ...zones.map(
        ({ zone, people, density }) =>
          `${zone} ${number(people, 1)}${density === undefined ? '' : ` (${density.toFixed(2)}/m2)`}`,
      ),
      ...crossings.map(({ line, direction }) => `${line} crossed ${direction.replaceAll('_', ' ')}`),
    ].join('  '),
  );
}

function keyOf({ observation }: WatchResponse): string {
  return cameraKey(observation.site, observation.camera);
}

function number(value: number | undefined, digits: number): string {
  return value === undefined ? '-' : value.toFixed(digits);
}

/** Where most go, when they go one way: eight arrows, y down. */
const ARROWS = ['→', '↘', '↓', '↙', '←', '↖', '↑', '↗'];

function flowOf({ fluxX, fluxY, coherence }: ZoneObservation): string {
  if (fluxX === undefined || fluxY === undefined) return '-';
  const amount = Math.hypot(fluxX, fluxY);
  if (amount < 0.05 || (coherence ?? 1) < 0.2) return amount.toFixed(1);
  const eighth = Math.round(Math.atan2(fluxY, fluxX) / (Math.PI / 4)) & 7;
  return `${amount.toFixed(1)} ${ARROWS[eighth]}`;
}
