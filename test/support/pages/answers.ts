/** A console with everything in it: what the samples say, at every path that pages ask. */
import {
  type ClipInfo,
  type NetworkSite,
  PATHS,
  type Preview,
  type SessionInfo,
} from '../../../pipeline/console/api.ts';
import { CSRF, NOW_MS, networkOf, SETUP, sessionInfo, statisticsOf, VERSIONS } from './samples.ts';
import { type Handlers, json } from './server.ts';

export interface Sampled {
  readonly info?: SessionInfo;
  readonly network?: readonly NetworkSite[];
}

export function sampleAnswers({
  info = sessionInfo(),
  network = networkOf(12, 130),
}: Sampled = {}): Handlers {
  return {
    [PATHS.session]: () => json(info),
    [PATHS.login]: () => json(info),
    [PATHS.logout]: () => ({ kind: 'none' }),
    [PATHS.queue]: () => ({
      kind: 'stream',
      speak: (say) => {
        say({ kind: 'ready' });
      },
    }),
    [PATHS.network]: () => ({
      kind: 'stream',
      speak: (say) => say({ kind: 'network', sites: network } as { kind: string }),
    }),
    [PATHS.setups]: () => json([SETUP, { ...SETUP, camera: 'quai-b-02', version: 0 }]),
    [PATHS.setupVersions]: () => json(VERSIONS),
    [PATHS.setupPreview]: () => json(PREVIEW),
    [PATHS.setupSave]: () => json({ faults: [], saved: { ...SETUP, version: 4 } }),
    [PATHS.picture]: () => ({ kind: 'bytes', type: 'application/octet-stream', bytes: pictureStream() }),
    [PATHS.statistics]: () => json(statisticsOf(30)),
    [PATHS.statisticsCsv]: () => ({
      kind: 'bytes',
      type: 'text/csv; charset=utf-8',
      bytes: '\ufeffsite,camera\r\n',
    }),
  };
}

export { CSRF };

const RAISED = [
  ['hors-voies', 'forbidden_zone', "1 person in 'voies' for 1.2 s, limit 0.5 s", 42],
  ['hors-voies', 'forbidden_zone', "2 people in 'voies' for 3.0 s, limit 0.5 s", 23],
  ['trop-plein', 'density', "3.1 people per m2 in 'quai-départ' for 10.0 s, limit 2.5", 7],
] as const;

export const PREVIEW: Preview = {
  faults: [],
  candidates: RAISED.map(([rule, type, explanation, minutes]) => ({
    id: `gare-exemple/quai-a-01/1/${rule}/${minutes}`,
    site: SETUP.site,
    siteKind: 'station',
    camera: SETUP.camera,
    epoch: 1,
    type,
    rule,
    ruleVersion: 4,
    severity: 'high',
    phase: 'begin',
    revision: 0,
    beganFrame: minutes,
    beganAtMs: NOW_MS - minutes * 60_000,
    frame: minutes,
    atMs: NOW_MS - minutes * 60_000,
    region: { x0: 0.1, y0: 0.6, x1: 0.2, y1: 0.9 },
    score: 0.6,
    explanation,
    findings: [],
    build: 'test',
  })),
  fromMs: NOW_MS - 3_600_000,
  untilMs: NOW_MS,
  frames: 17_812,
};

/** One picture of a platform, drawn in grey: 4:2:0 planes as a clip's parts carry them. */
export function pictureStream(width = 320, height = 180): Uint8Array {
  const luma = width * height;
  const planes = new Uint8Array(luma + (luma >> 1)).fill(128);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isSky = y < 60;
      const isTracks = !isSky && x < width * 0.38 - (y - 60) * 0.1;
      const isEdge = !isSky && !isTracks && x < width * 0.42 - (y - 60) * 0.1;
      const isRail = isTracks && Math.abs(((x + y * 0.3) % 40) - 20) < 1.5;
      planes[y * width + x] = isSky
        ? 70 + (y >> 1)
        : isRail
          ? 190
          : isTracks
            ? 60
            : isEdge
              ? 215
              : 130 + ((x ^ y) & 7);
    }
  }
  const header: ClipInfo = {
    site: SETUP.site,
    camera: SETUP.camera,
    kind: 'full',
    width,
    height,
    mediaType: 'video/raw',
    fromMs: NOW_MS,
    untilMs: NOW_MS,
    keptUntilMs: NOW_MS + 60_000,
    growing: false,
    pictures: 1,
  };
  return Buffer.concat([
    part({ part: 'header', ...header }),
    part({ part: 'picture', number: 1, capturedAtMs: NOW_MS }, planes),
    part({ part: 'end', code: 'ok', message: '' }),
  ]);
}

function part(json: unknown, picture = new Uint8Array()): Buffer {
  const text = Buffer.from(JSON.stringify(json));
  const [textLength, pictureLength] = [Buffer.alloc(4), Buffer.alloc(4)];
  textLength.writeUInt32LE(text.length);
  pictureLength.writeUInt32LE(picture.length);
  return Buffer.concat([textLength, text, pictureLength, picture]);
}
