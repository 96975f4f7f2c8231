/** Camera states beside the events: only when asked for, the newest first of all, and a silent camera is a lost one. */
import { afterEach, describe, expect, it } from 'vitest';
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import type { Observation, ViewState } from '../../pipeline/model.ts';
import { decodeSubscribeResponse, encodeObservation, type SubscribeRequest } from '../../proto/messages.ts';
import { FakeCall, feedOf, until } from './feed.ts';
import { BEGAN_MS, TOPIC } from './world.ts';

const OBSERVATIONS = 'rail.observations';

async function station() {
  let nowMs = BEGAN_MS;
  const log = openMemoryLog({ now: () => nowMs });
  await log.createTopics([TOPIC, OBSERVATIONS].map((topic) => ({ topic, partitions: 4 })));
  const feed = feedOf(log, { observations: OBSERVATIONS, now: () => nowMs });
  let seconds = 0;
  return {
    log,
    feed,
    pass: (ms: number) => {
      nowMs += ms;
    },
    async observe(camera: string, view: ViewState, site = 'gare'): Promise<void> {
      const partition = camera.charCodeAt(0) % 4;
      const atMs = BEGAN_MS + 1_000 * seconds++;
      const at: Observation = {
        site,
        camera,
        epoch: BEGAN_MS,
        frame: 0,
        atMs,
        view,
        zones: [],
        crossings: [],
      };
      await log.append([{ topic: OBSERVATIONS, partition, value: encodeObservation(at) }]);
    },
    subscribe(request: Partial<SubscribeRequest> = {}) {
      const call = new FakeCall({ cameraStates: true, ...request });
      void feed.subscribe(call.call);
      return call;
    },
  };
}

const states = (call: FakeCall) =>
  call
    .responses()
    .flatMap((one) => (one.kind === 'camera_state' ? [`${one.state.camera} ${one.state.view}`] : []));

let open: Awaited<ReturnType<typeof station>> | undefined;
afterEach(() => {
  open?.feed.close();
});

describe('camera states', () => {
  it('are told as they are, then as they change, and not every second', async () => {
    open = await station();
    for (const view of ['warming', 'ok', 'ok'] as const) await open.observe('a', view);
    await open.observe('b', 'dark');
    const call = open.subscribe();
    await until(() => states(call).length >= 3);
    for (const view of ['ok', 'ok', 'covered', 'covered', 'ok'] as const) await open.observe('a', view);
    await until(() => states(call).length >= 5);
    expect(states(call).filter((line) => line.startsWith('a'))).toEqual([
      'a warming',
      'a ok',
      'a covered',
      'a ok',
    ]);
    const late = open.subscribe();
    await until(() => states(late).length >= 2);
    expect(states(late).toSorted()).toEqual(['a ok', 'b dark']);
  });

  it('carry no token, and since when by the camera', async () => {
    open = await station();
    await open.observe('a', 'ok');
    await open.observe('a', 'blurred');
    await open.observe('a', 'blurred');
    const call = open.subscribe();
    await until(() => states(call).length === 2);
    const last = call.responses().find((one) => one.kind === 'camera_state' && one.state.view === 'blurred');
    expect(last).toEqual({
      kind: 'camera_state',
      state: { site: 'gare', camera: 'a', view: 'blurred', sinceMs: BEGAN_MS + 1_000 },
    });
    const bytes = call.taken.find((one) => decodeSubscribeResponse(one).kind === 'camera_state');
    expect(bytes?.[0]).toBe(0x22);
  });

  it('are not told unless asked for, and only of the cameras asked for', async () => {
    open = await station();
    for (const camera of ['a', 'b', 'c']) await open.observe(camera, 'ok');
    const [none, some] = [open.subscribe({ cameraStates: false }), open.subscribe({ cameras: ['b'] })];
    await until(() => states(some).length > 0 && none.kinds().includes('progress'));
    expect(states(some)).toEqual(['b ok']);
    expect(states(none)).toEqual([]);
  });

  it('say LOST of a camera that says nothing, and when it is back', async () => {
    open = await station();
    await open.observe('a', 'ok');
    const call = open.subscribe();
    await until(() => states(call).length === 1);
    open.pass(29_000);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(states(call)).toEqual(['a ok']);
    open.pass(2_000);
    await until(() => states(call).length === 2);
    await open.observe('a', 'ok');
    await until(() => states(call).length === 3);
    expect(states(call)).toEqual(['a ok', 'a lost', 'a ok']);
  });

  it('wait for a slow subscriber as one a camera, the newest', async () => {
    open = await station();
    const call = open.subscribe();
    await until(() => call.kinds().includes('progress'));
    call.isStalled = true;
    for (let n = 0; n < 200; n++) await open.observe('abcdefgh'[n % 8]!, n % 2 === 0 ? 'ok' : 'dark');
    for (let n = 0; n < 8; n++) await open.observe('abcdefgh'[n]!, 'moved');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(call.most).toBeLessThanOrEqual(17);
    call.go();
    await until(() => states(call).filter((line) => line.endsWith('moved')).length === 8);
    expect(states(call).length).toBeLessThan(40);
  });

  it('are refused where nobody reads observations', async () => {
    open = await station();
    const feed = feedOf(open.log);
    const call = new FakeCall({ cameraStates: true });
    await feed.subscribe(call.call);
    expect(call.failure).toMatchObject({ code: 12 });
  });
});
