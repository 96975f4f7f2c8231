/** Whether a long run was well: every frame measured, lag bounded, memory flat. */

/** One report of a worker; bytes after a forced collection, lag in records. */
export interface Sample {
  readonly frames: number;
  readonly rejected: number;
  readonly lag?: number;
  readonly heapUsed: number;
  readonly external: number;
  readonly rss: number;
  readonly cpuS: number;
}

export interface Run {
  readonly sent: number;
  readonly seconds: number;
  /** Reports of each worker in order. */
  readonly workers: readonly (readonly Sample[])[];
}

export interface Judgement {
  readonly faults: readonly string[];
  readonly text: string;
}

/** Largest RSS of the last third over that of the middle third. */
const RSS_GROWTH_MAX = 1.05;
/**
 * Heap and external of the last third over that of the middle third. Of each the lower quartile: up to 8 MB of records are
 * in hand at a sample, more on a busy machine, and a leak raises the floor below them.
 */
const HEAP_GROWTH_MAX = 1.05;

/** Largest lag of the last third over that of the middle third, above what one pause makes. */
const LAG_GROWTH_MAX = 1.25;
const LAG_NOISE = 500;

export function judge({ sent, seconds, workers }: Run): Judgement {
  const faults: string[] = [];
  const total = (name: 'frames' | 'rejected' | 'cpuS') =>
    workers.reduce((sum, samples) => sum + (samples.at(-1)?.[name] ?? 0), 0);
  const lines = [
    `${sent} frames in, ${total('frames')} measured, ${total('rejected')} put aside, ${Math.round(sent / seconds)} frames/s`,
    `processor time of the workers: ${((100 * total('cpuS')) / seconds).toFixed(0)} % of a core, ${((1e6 * total('cpuS')) / Math.max(1, sent)).toFixed(0)} µs a frame`,
  ];
  // A frame is counted again when its partition changed hands, so more is no fault.
  if (total('frames') < sent) faults.push(`${sent - total('frames')} frames were not measured`);
  if (total('rejected') > 0) faults.push(`${total('rejected')} frames were put aside`);
  workers.forEach((samples, index) => {
    const [, middle, last] = thirds(samples);
    const memory = (part: readonly Sample[]) =>
      lowerQuartile(part.map(({ heapUsed, external }) => heapUsed + external));
    const rss = (part: readonly Sample[]) => Math.max(...part.map((sample) => sample.rss));
    const lag = (part: readonly Sample[]) => Math.max(...part.map((sample) => sample.lag ?? 0));
    const heapRatio = memory(last) / memory(middle);
    const rssRatio = rss(last) / rss(middle);
    lines.push(
      `worker ${index}: heap + external ${mb(memory(middle))} then ${mb(memory(last))} MB (x${heapRatio.toFixed(3)}), ` +
        `largest RSS ${mb(rss(middle))} then ${mb(rss(last))} MB (x${rssRatio.toFixed(3)}), ` +
        `largest lag ${lag(middle)} then ${lag(last)} records`,
    );
    if (heapRatio > HEAP_GROWTH_MAX) faults.push(`worker ${index}: heap and external grew`);
    if (rssRatio > RSS_GROWTH_MAX) faults.push(`worker ${index}: RSS grew`);
    if (lag(last) > LAG_GROWTH_MAX * Math.max(lag(middle), LAG_NOISE))
      faults.push(`worker ${index}: lag grows`);
  });
  return { faults, text: [...lines, faults.length === 0 ? 'well' : faults.join('; ')].join('\n') };
}

function thirds(samples: readonly Sample[]): [readonly Sample[], readonly Sample[], readonly Sample[]] {
  const third = Math.floor(samples.length / 3);
  return [samples.slice(0, third), samples.slice(third, 2 * third), samples.slice(2 * third)];
}

function lowerQuartile(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 2] ?? Number.NaN;
}

function mb(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
