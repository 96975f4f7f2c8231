/** A look at a station as text: the page on a terminal, and the line elsewhere. */
import type { CameraView, StationView } from './status.ts';

export interface PageOptions {
  /** Where the data is, in words. */
  readonly data: string;
  /** Of the terminal. */
  readonly columns: number;
  readonly rows: number;
}

/** Fits the terminal: lines are cut, and cameras that find no room are counted. */
export function page(view: StationView, options: PageOptions): string {
  const head = [`Vigie  ${view.site}  up ${clock(view.upMs)}  gRPC ${view.address}`, ''];
  const tail = ['', ...totals(view), ...troubles(view), '', ...hints(view, options.data)];
  const room = Math.max(3, options.rows - head.length - tail.length - 2);
  const lines = [...head, ...table(view.cameras, room), ...tail];
  return lines.map((line) => cut(line, options.columns - 1)).join('\n');
}

/** One line that can stand in a log file. */
export function summary(view: StationView): string {
  const live = view.cameras.filter(({ source }) => source === 'live').length;
  const failed = view.cameras.filter(({ source }) => source === 'failed').map(({ camera }) => camera);
  return [
    new Date(view.atMs).toISOString(),
    view.site,
    `up ${clock(view.upMs)}`,
    `cameras ${live} live of ${view.cameras.length}`,
    ...(failed.length > 0 ? [`failed ${failed.join(' ')}`] : []),
    `${view.framesPerSecond.toFixed(1)} frames/s`,
    `waiting ${view.waiting + view.claimed}`,
    `verified ${view.events}`,
    `lag ${view.lag ?? 'unknown'}`,
    ...troubles(view),
  ].join('  ');
}

function table(cameras: readonly CameraView[], room: number): string[] {
  if (cameras.length === 0) return ['no camera is declared in the site file'];
  const shown = cameras.length > room ? cameras.slice(0, room - 1) : cameras;
  const width = Math.max(6, ...shown.map(({ camera }) => camera.length));
  const lines = shown.map((one) =>
    [
      one.camera.padEnd(width),
      stateOf(one).padEnd(9),
      one.framesPerSecond.toFixed(1).padStart(8),
      ` ${one.why ?? peopleOf(one)}`,
    ].join(' '),
  );
  const left = cameras.length - shown.length;
  return [
    `${'camera'.padEnd(width)} ${'view'.padEnd(9)} ${'frames/s'.padStart(8)}  people by zone`,
    ...lines,
    ...(left > 0 ? [`and ${left} more`] : []),
  ];
}

function stateOf({ source, view }: CameraView): string {
  if (source === 'live' || source === 'external') return view ?? 'waiting';
  return source;
}

function peopleOf({ people }: CameraView): string {
  const zones = Object.entries(people);
  if (zones.length === 0) return 'no zones';
  return zones.map(([zone, count]) => `${zone} ${count === null ? '-' : count.toFixed(1)}`).join('   ');
}

function totals(view: StationView): string[] {
  const waiting = view.waiting + view.claimed;
  const waits =
    waiting === 0
      ? 'no candidate waits'
      : `${waiting} candidate${waiting === 1 ? '' : 's'} wait${waiting === 1 ? 's' : ''}` +
        (view.claimed > 0 ? ` (${view.claimed} claimed)` : '');
  return [
    [
      waits,
      `${view.events} verified`,
      `${view.subscribers} subscriber${view.subscribers === 1 ? '' : 's'}`,
      `${view.framesPerSecond.toFixed(1)} frames/s`,
      `lag ${view.lag === undefined ? 'unknown' : `${view.lag} records`}`,
    ].join('   '),
  ];
}

function troubles(view: StationView): string[] {
  const rejected = Object.entries(view.rejected);
  const clamped = view.cameras.filter((one) => one.clamped > 0);
  return [
    ...(rejected.length > 0
      ? [`rejected: ${rejected.map(([code, count]) => `${code} ${count}`).join(', ')}`]
      : []),
    ...(clamped.length > 0 ? [`clock runs ahead: ${clamped.map(({ camera }) => camera).join(', ')}`] : []),
    ...view.outages.map((outage) => `log away: ${outage}`),
    ...(view.failure === undefined ? [] : [`last failure: ${view.failure}`]),
  ];
}

function hints(view: StationView, data: string): string[] {
  const server = view.address === '127.0.0.1:50051' ? '' : ` --server ${view.address}`;
  const idle = view.cameras.every(({ source }) => source === 'ended' || source === 'failed');
  return [
    ...(idle && view.cameras.length > 0
      ? ['all sources have ended; what was found can still be reviewed']
      : []),
    `in a second terminal   npx vigie review${server}      (see what waits, confirm or reject)`,
    `in a third terminal    npx vigie subscribe${server}   (verified events as they come)`,
    `Ctrl-C stops; ${data}`,
  ];
}

function clock(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(seconds / 3_600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

function cut(line: string, columns: number): string {
  return line.length <= columns ? line : `${line.slice(0, Math.max(0, columns - 1))}…`;
}
