/** Many subscribers in a process of their own: counts, checks the order of each camera for each of them, takes times. */
import { encodeSubscribeRequest } from '../../proto/messages.ts';
import { CAMERAS, monotonicMs, numberIn, PATH } from './events.ts';
import { subscribe } from './wire.ts';

export type Order =
  | {
      readonly kind: 'open';
      readonly port: number;
      readonly subscribers: number;
      readonly stalled: number;
      /** Number of the first event, and how many follow. */
      readonly first: number;
      readonly count: number;
      /** Keep the time of every delivery. */
      readonly timed: boolean;
    }
  | { readonly kind: 'close' }
  | { readonly kind: 'end' };

export type Answer =
  | { readonly kind: 'open' }
  /** Every subscriber that does not stall has everything. `atMs[n]`: when each of them had event n, monotonic. */
  | {
      readonly kind: 'done';
      readonly lastMs: number;
      readonly deliveries: number;
      readonly faults: readonly string[];
      readonly atMs: readonly (readonly number[])[];
      readonly cpuMs: number;
    };

const REQUEST = encodeSubscribeRequest({
  sites: [],
  cameras: [],
  types: [],
  places: [],
  resumeToken: new Uint8Array(0),
  fromStart: false,
  cameraStates: false,
});
const FAULTS_MAX = 10;

let close = () => {};
process.on('message', (order: Order) => {
  close();
  close = order.kind === 'open' ? open(order) : () => {};
  if (order.kind === 'end') process.disconnect();
});

function open({
  port,
  subscribers,
  stalled,
  first,
  count,
  timed,
}: Extract<Order, { kind: 'open' }>): () => void {
  const tell = (answer: Answer) => void process.send?.(answer);
  const faults: string[] = [];
  const fault = (what: string) => faults.length < FAULTS_MAX && faults.push(what);
  const atMs: number[][] = Array.from({ length: timed ? count : 0 }, () => []);
  const ends: (() => void)[] = [];
  let waiting = subscribers + stalled;
  let unfinished = subscribers;
  let deliveries = 0;
  let isClosing = false;
  const before = process.cpuUsage();
  for (let subscriber = 0; subscriber < subscribers + stalled; subscriber++) {
    const stalls = subscriber >= subscribers;
    const next = Array.from(
      { length: CAMERAS },
      (_, n) => first + ((n - (first % CAMERAS) + CAMERAS) % CAMERAS),
    );
    let [taken, hasBegun] = [0, false];
    const onMessage = (bytes: Buffer, start: number, end: number): void => {
      if (!hasBegun) {
        hasBegun = true;
        if (--waiting === 0) tell({ kind: 'open' });
      }
      const number = numberIn(bytes, start, end);
      if (number === undefined) return;
      const camera = number % CAMERAS;
      if (next[camera] !== number) fault(`subscriber ${subscriber} has ${number}, expected ${next[camera]}`);
      next[camera] = number + CAMERAS;
      if (stalls) return;
      deliveries++;
      if (timed) atMs[number - first]?.push(monotonicMs());
      if (++taken === count && --unfinished === 0) {
        const { user, system } = process.cpuUsage(before);
        const cpuMs = (user + system) / 1e3;
        tell({ kind: 'done', lastMs: monotonicMs(), deliveries, faults, atMs, cpuMs });
      }
    };
    const onEnd = (why: string) => isClosing || fault(`subscriber ${subscriber} ended: ${why}`);
    ends.push(subscribe({ port, path: PATH, request: REQUEST, stalls, onMessage, onEnd }));
  }
  return () => {
    isClosing = true;
    for (const end of ends) end();
  };
}
