/** The guard itself, before a service that is in no table and one that is. */
import { afterEach, expect, it } from 'vitest';
import type { Gatekeeper } from '../../../pipeline/identity/gatekeeper.ts';
import type { Known } from '../../../pipeline/identity/identity.ts';
import { NO_AUDIT } from '../../../pipeline/serve/audit.ts';
import {
  byteMethod,
  CallError,
  Metadata,
  type StreamCall,
  status,
  toStatus,
} from '../../../pipeline/serve/grpc.ts';
import { callerOf } from '../../../pipeline/serve/identity/caller.ts';
import { Guard, GuardedServer } from '../../../pipeline/serve/identity/guard.ts';
import { listen } from '../../../pipeline/serve/listen.ts';
import { rawCall } from './raw.ts';
import { pause } from './world.ts';

const who: Known = {
  kind: 'known',
  name: 'A',
  role: 'subscriber',
  scope: { sites: 'all', types: 'all', agentNames: false },
  by: { kind: 'token', id: 'j', key: 'k' },
  untilMs: 1e15,
};
const gatekeeper = {
  watch: () => () => {},
  remembers: () => true,
  identify: async () => who,
  stillGood: () => undefined,
} as unknown as Gatekeeper;

let close = async () => {};
afterEach(() => close());

async function open(path: string, handler: (call: StreamCall) => void) {
  const guard = new Guard({ gatekeeper, audit: NO_AUDIT, now: () => 0, onFailure: () => {} });
  const server = new GuardedServer({}, guard);
  server.addService({ stream: byteMethod(`/${path}`, true) }, { stream: handler });
  const listening = await listen(server, '127.0.0.1', 0, 10);
  close = async () => {
    await listening.close(100);
    guard.close();
  };
  return { guard, address: `127.0.0.1:${listening.port}` };
}

const SUBSCRIBE = 'vigie.v1.EventService/Subscribe';
const bearer = { authorization: 'Bearer x' };

it('refuses a call that has no row in the table, whoever asks', async () => {
  let reached = false;
  const { address } = await open('vigie.v1.NewService/New', (call) => {
    reached = true;
    call.end();
  });
  expect(await rawCall(address, 'vigie.v1.NewService/New', bearer)).toMatchObject({ code: 'wrong_role' });
  expect(reached).toBe(false);
});

it.each<[string, (call: StreamCall) => void, string]>([
  ['ends', (call) => call.end(), 'OK'],
  ['fails', (call) => call.emit('error', toStatus(new CallError(status.ABORTED, 'x', 'x'))), 'ABORTED'],
  ['is left by its client', (call) => call.sendMetadata(new Metadata()), 'OK'],
])('forgets a stream that %s', async (_, handler, expected) => {
  const seen: unknown[] = [];
  const { guard, address } = await open(SUBSCRIBE, (call) => {
    seen.push(callerOf(call), guard.watched, call.metadata.get('authorization'));
    handler(call);
  });
  expect((await rawCall(address, SUBSCRIBE, bearer)).status).toBe(expected);
  while (guard.watched > 0) await pause(5);
  expect(seen).toEqual([who, 1, []]);
});

it('leaves no caller to a handler that was registered beside it', () => {
  expect(() => callerOf({})).toThrow('past the guard');
});
