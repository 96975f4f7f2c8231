/** A look at a part of a site as text: the page on a terminal, and the line elsewhere. */
import type { CameraView, View } from './look.ts';

export interface PageOptions {
  /** Where the data is, in words. */
  readonly data: string;
  /** Of the terminal. */
  readonly columns: number;
  readonly rows: number;
}

/** Fits the terminal: lines are cut, and cameras that find no room are counted. */
export function page(view: View, options: PageOptions): string {
  const head = [titleOf(view).join('  '), ''];
  const tail = ['', totals(view).join('   '), ...troubles(view), '', ...hints(view, options.data)];
  const room = Math.max(3, options.rows - head.length - tail.length - 2);
  const lines = [...head, ...table(view, room), ...tail];
  return lines.map((line) => cut(line, options.columns - 1)).join('\n');
}

/** One line that can stand in a log file. */
export function summary(view: View): string {
  const live = view.cameras.filter(({ source }) => source === 'live').length;
  const failed = view.cameras.filter(({ source }) => source === 'failed').map(({ camera }) => camera);
  const watches = view.part === 'station' || view.part === 'ingest';
  const measures = view.part === 'station' || view.part === 'worker';
  return [
    new Date(view.atMs).toISOString(),
    ...(view.part === 'station' ? [] : [view.part]),
    view.site,
    `up ${clock(view.upMs)}`,
    ...(watches ? [`cameras ${live} live of ${view.cameras.length}`] : []),
    ...(view.part === 'worker' ? [`cameras ${view.cameras.length}`] : []),
    ...(failed.length > 0 ? [`failed ${failed.join(' ')}`] : []),
    ...(view.part === 'serve' ? [] : [`${view.framesPerSecond.toFixed(1)} frames/s`]),
    ...(view.address === undefined
      ? []
      : [`waiting ${view.waiting! + view.claimed!}`, `verified ${view.events}`]),
    ...(measures ? [`lag ${view.lag ?? 'unknown'}`] : []),
    ...troubles(view),
  ].join('  ');
}

function titleOf({ part, site, upMs, address, console }: View): string[] {
  return [
    `Vigie${part === 'station' ? '' : ` ${part}`}`,
    site,
    `up ${clock(upMs)}`,
    ...(address === undefined ? [] : [`gRPC ${address}`]),
    ...(console === undefined ? [] : [`console ${console}`]),
  ];
}

function table({ part, cameras }: View, room: number): string[] {
  if (part === 'serve') return ['serves agents and subscribers; cameras are watched and measured elsewhere'];
  if (cameras.length === 0)
    return [
      part === 'worker'
        ? 'no camera yet: other workers measure them all, or the log has not given any'
        : 'no camera is declared in the site file',
    ];
  const shown = cameras.length > room ? cameras.slice(0, room - 1) : cameras;
  const width = Math.max(6, ...shown.map(({ camera }) => camera.length));
  const lines = shown.map((one) =>
    [
      one.camera.padEnd(width),
      stateOf(one).padEnd(9),
      one.framesPerSecond.toFixed(1).padStart(8),
      ` ${[one.why ?? (part === 'ingest' ? '' : peopleOf(one)), ...oddities(one)].filter((text) => text !== '').join('   ')}`,
    ]
      .join(' ')
      .trimEnd(),
  );
  const left = cameras.length - shown.length;
  const last = part === 'ingest' ? '' : '  people by zone';
  return [
    `${'camera'.padEnd(width)} ${'view'.padEnd(9)} ${'frames/s'.padStart(8)}${last}`,
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

/** Some frames wait at any moment; so many are worth a word. */
const WAITING_WORTH_SAYING = 25;

function oddities(one: CameraView): string[] {
  return [
    ...(one.waiting >= WAITING_WORTH_SAYING ? [`${one.waiting} wait`] : []),
    ...(one.stepped > 0 ? [`clock jumped ${one.stepped} times`] : []),
    ...(one.late > 0 ? [`${one.late} late`] : []),
    ...(one.skipped > 0 ? [`${one.skipped} skipped`] : []),
    ...(one.spooled > 0 ? [`${one.spooled} held on disk`] : []),
    ...(one.dropped > 0 ? [`${one.dropped} dropped`] : []),
  ];
}

function totals(view: View): string[] {
  const subscribers = view.subscribers ?? 0;
  return [
    ...(view.address === undefined ? [] : [waits(view), `${view.events} verified`]),
    ...(view.address === undefined ? [] : [`${subscribers} subscriber${subscribers === 1 ? '' : 's'}`]),
    ...(view.part === 'serve' ? [] : [`${view.framesPerSecond.toFixed(1)} frames/s`]),
    ...(view.part === 'station' || view.part === 'worker'
      ? [`lag ${view.lag === undefined ? 'unknown' : `${view.lag} records`}`]
      : []),
  ];
}

function waits({ waiting = 0, claimed = 0 }: View): string {
  const all = waiting + claimed;
  if (all === 0) return 'no candidate waits';
  return (
    `${all} candidate${all === 1 ? '' : 's'} wait${all === 1 ? 's' : ''}` +
    (claimed > 0 ? ` (${claimed} claimed)` : '')
  );
}

function troubles(view: View): string[] {
  const rejected = Object.entries(view.rejected);
  const clamped = view.cameras.filter((one) => one.clamped > 0);
  const sum = (of: 'late' | 'skipped' | 'spooled' | 'dropped') =>
    view.cameras.reduce((total, one) => total + one[of], 0);
  const counts = [
    [sum('spooled'), 'frames held on disk until the log takes them'],
    [sum('dropped'), 'frames dropped: the disk space for outages was full'],
    [sum('late'), 'frames came too late'],
    [sum('skipped'), 'frames skipped to keep up'],
    [view.clipsDropped, 'clips deleted before their time: the space for clips was full (--clips-mb)'],
  ] as const;
  return [
    ...(rejected.length > 0
      ? [`rejected: ${rejected.map(([code, count]) => `${code} ${count}`).join(', ')}`]
      : []),
    ...(clamped.length > 0 ? [`clock runs ahead: ${clamped.map(({ camera }) => camera).join(', ')}`] : []),
    ...counts.filter(([count]) => count > 0).map(([count, words]) => `${count} ${words}`),
    ...view.afresh.map((why) => `begun afresh: ${why}`),
    ...view.outages.map((outage) => `log away: ${outage}`),
    ...(view.failure === undefined ? [] : [`last failure: ${view.failure}`]),
  ];
}

function hints(view: View, data: string): string[] {
  const stop = `Ctrl-C stops; ${data}`;
  const idle =
    view.cameras.length > 0 && view.cameras.every(({ source }) => source === 'ended' || source === 'failed');
  if (view.address === undefined) return [...(idle ? ['all sources have ended'] : []), stop];
  const server = view.address === '127.0.0.1:50051' ? '' : ` --server ${view.address}`;
  return [
    ...(idle ? ['all sources have ended; what was found can still be reviewed'] : []),
    ...(view.console === undefined ? [] : [`in a browser           ${view.console}`]),
    `in a second terminal   npx vigie review${server}      (see what waits, confirm or reject)`,
    `in a third terminal    npx vigie subscribe${server}   (verified events as they come)`,
    stop,
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
