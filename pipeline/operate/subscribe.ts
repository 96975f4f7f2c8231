/** `vigie subscribe`: verified events as they come, one a line, across outages of the server. */
import { fault, InputError } from '../errors.ts';
import { EVENT_TYPES, type EventType, SEVERITIES, type Severity } from '../model.ts';
import { openClient, type SubscribeOptions } from '../serve/client.ts';
import { eventLine, plain } from './told.ts';

export interface SubscribeWords {
  readonly server: string;
  readonly json: boolean;
  readonly fromStart: boolean;
  readonly resume?: string;
  readonly site: readonly string[];
  readonly camera: readonly string[];
  readonly type: readonly string[];
  readonly severity?: string;
  readonly count?: number;
}

/** Exit codes: 0 when stopped or after `count` events. Throws InputError, RpcError. */
export async function subscribe(words: SubscribeWords): Promise<number> {
  const stop = new AbortController();
  const options = optionsFrom(words, stop.signal);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const client = openClient(words.server);
  let left = words.count ?? Number.POSITIVE_INFINITY;
  let current = false;
  try {
    for await (const delivery of client.subscribe(options)) {
      switch (delivery.kind) {
        case 'event': {
          const token = Buffer.from(delivery.token).toString('hex');
          const line = words.json ? JSON.stringify({ ...delivery.event, token }) : eventLine(delivery.event);
          process.stdout.write(`${line}\n`);
          left -= 1;
          break;
        }
        case 'progress':
          if (!current)
            process.stderr.write(`up to date with ${words.server}; waiting for verified events\n`);
          current = true;
          break;
        case 'reconnecting':
          current = false;
          process.stderr.write(`${plain(delivery.why)}; trying again in ${delivery.waitMs} ms\n`);
          break;
        case 'gap':
          process.stderr.write(`events were missed: ${plain(delivery.why)}\n`);
          break;
      }
      if (left <= 0) break;
    }
    return 0;
  } finally {
    client.close();
  }
}

function optionsFrom(words: SubscribeWords, signal: AbortSignal): SubscribeOptions {
  const faults = [];
  const types = words.type.filter((type) => !EVENT_TYPES.includes(type as EventType));
  if (types.length > 0) {
    faults.push(
      fault('unknown_type', '--type', `'${types.join("', '")}', expected one of ${EVENT_TYPES.join(', ')}`),
    );
  }
  if (words.severity !== undefined && !SEVERITIES.includes(words.severity as Severity)) {
    faults.push(
      fault(
        'unknown_severity',
        '--severity',
        `'${words.severity}', expected one of ${SEVERITIES.join(', ')}`,
      ),
    );
  }
  if (words.resume !== undefined && !/^([0-9a-f]{2})+$/i.test(words.resume)) {
    faults.push(fault('bad_token', '--resume', 'is no token, expected the hex digits that --json prints'));
  }
  if (faults.length > 0) throw new InputError(faults);
  return {
    signal,
    sites: words.site,
    cameras: words.camera,
    types: words.type as EventType[],
    fromStart: words.fromStart,
    ...(words.severity === undefined ? {} : { severityMin: words.severity as Severity }),
    ...(words.resume === undefined ? {} : { resumeToken: Buffer.from(words.resume, 'hex') }),
  };
}
