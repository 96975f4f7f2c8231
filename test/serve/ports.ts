/** What a server asks of the rest of an installation, answered without one. */
import type { IngestPort } from '../../pipeline/serve/port.ts';
import type { StatusResponse } from '../../proto/messages.ts';
import { BEGAN_MS } from './world.ts';

/** Everything that can be read is taken. */
export const takeAll: IngestPort['take'] = async (requests) =>
  requests.map(({ sequence, frames, faults }) => ({
    sequence,
    accepted: frames.length,
    rejections: faults.map(({ index, code, detail }) => ({ index, code, detail })),
  }));

export const STATUS: StatusResponse = {
  site: 'gare',
  siteKind: 'station',
  atMs: BEGAN_MS,
  upMs: 1,
  release: '0.1.0',
  cameras: [
    { camera: 'quai', source: 'live', zones: [], repeats: 0, late: 0, skipped: 0, spooled: 0, dropped: 0 },
  ],
  waiting: 2,
  claimed: 0,
  verified: 0,
  subscribers: 0,
  rejected: [],
  outages: [],
};
