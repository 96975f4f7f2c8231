/** Opens the log that the command line names, ready for a station. */
import path from 'node:path';
import type { Log } from '../log/port.ts';
import { openKafka } from './kafka.ts';
import { type KafkaWords, kafkaSettings } from './kafka-settings.ts';
import { lockDirectory } from './lock.ts';

export const LOG_KINDS = ['embedded', 'memory', 'kafka'] as const;
export type LogKind = (typeof LOG_KINDS)[number];

export interface LogChoice {
  readonly kind: LogKind;
  /** Data directory of the embedded log. */
  readonly data: string;
  /** host:port of Kafka brokers. */
  readonly brokers: readonly string[];
  /** Client, TLS and SASL of Kafka; absent: all by default. */
  readonly kafka?: KafkaWords;
}

export interface OpenLog {
  readonly log: Log;
  /** Other sites' stations may run on it. */
  readonly shared: boolean;
  /** What becomes of the data when the station stops, in words. */
  readonly keeps: string;
  close(): Promise<void>;
}

/** Age limits are applied this often. */
const SWEEP_MS = 60_000;
const SAID_MS = 10_000;

export interface OpenLogOptions {
  /** Only looks or adds, beside a station that may run on the same directory. */
  readonly beside?: boolean;
  /** What a Kafka client says about its connections. Absent: to standard error, not all of it. */
  readonly onStatus?: (message: string) => void;
}

/** Throws InputError: the directory is in use or cannot be written, Kafka's settings are wrong. */
export async function openLog(
  { kind, data, brokers, kafka = {} }: LogChoice,
  { beside = false, onStatus = sayNowAndThen() }: OpenLogOptions = {},
): Promise<OpenLog> {
  switch (kind) {
    case 'memory': {
      const { openMemoryLog } = await import('../log/memory.ts');
      const log = openMemoryLog();
      const stopSweeping = sweepNowAndThen(log);
      return {
        log,
        shared: false,
        keeps: 'nothing is kept (--log memory)',
        async close() {
          stopSweeping();
          await log.close();
        },
      };
    }
    case 'embedded': {
      const { openEmbeddedLog } = await import('../log/embedded/embedded.ts');
      const unlock = beside ? () => undefined : lockDirectory(data);
      const log = await openEmbeddedLog({ directory: path.join(data, 'log') }).catch((error: unknown) => {
        unlock();
        throw error;
      });
      const stopSweeping = sweepNowAndThen(log);
      return {
        log,
        shared: false,
        keeps: `data is kept in ${shown(data)}`,
        async close() {
          stopSweeping();
          await log.close();
          unlock();
        },
      };
    }
    case 'kafka': {
      const { client, options } = kafkaSettings(brokers, kafka);
      const opened = await openKafka({ client, options: { ...options, onStatus } });
      return {
        log: opened.log,
        shared: true,
        keeps: `data is kept on ${brokers.join(', ')} (client: ${opened.client})`,
        close: () => opened.log.close(),
      };
    }
  }
}

/** A client that tries again says the same each time. */
function sayNowAndThen(): (message: string) => void {
  let quietUntilMs = 0;
  return (message) => {
    const nowMs = performance.now();
    if (nowMs < quietUntilMs) return;
    quietUntilMs = nowMs + SAID_MS;
    process.stderr.write(`kafka: ${message}\n`);
  };
}

function sweepNowAndThen(log: { sweep(): Promise<number> }): () => void {
  const sweep = () => void log.sweep().catch(() => undefined);
  sweep();
  const timer = setInterval(sweep, SWEEP_MS);
  return () => clearInterval(timer);
}

/** Relative to where the command was given, where that is shorter. */
function shown(directory: string): string {
  const relative = path.relative(process.cwd(), directory);
  const near = relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
  return near ? `.${path.sep}${relative}` : directory;
}
