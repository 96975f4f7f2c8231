/** What the processes of the long run share: their words, and how they tell what they measured. */
import { parseArgs } from 'node:util';
import type { LogChoice } from '../../pipeline/operate/log.ts';

export interface Words {
  readonly cameras: number;
  readonly fps: number;
  readonly seconds: number;
  /** Seconds between two reports. */
  readonly every: number;
  /** How many different scenes there are. */
  readonly scenes: number;
  readonly log: LogChoice;
}

export function words(): Words {
  const { values } = parseArgs({
    options: {
      cameras: { type: 'string', default: '2300' },
      fps: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '1800' },
      every: { type: 'string', default: '10' },
      scenes: { type: 'string', default: '24' },
      brokers: { type: 'string', default: '127.0.0.1:9092' },
    },
    strict: false,
  });
  const { cameras, fps, seconds, every, scenes, brokers } = values as Record<string, string>;
  return {
    cameras: Number(cameras),
    fps: Number(fps),
    seconds: Number(seconds),
    every: Number(every),
    scenes: Number(scenes),
    log: { kind: 'kafka', data: '', brokers: brokers!.split(',') },
  };
}

export function tell(what: object): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}

/** Resolves at `atMs`, at once when that is past. */
export async function until(atMs: number, signal: AbortSignal): Promise<void> {
  const waitMs = atMs - Date.now();
  if (waitMs <= 0 || signal.aborted) return;
  await new Promise((resolve) => setTimeout(resolve, waitMs));
}
