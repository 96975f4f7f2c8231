/** Values of what cameras watch for, and of what was counted: see samples.ts. */
import type { CameraSetup, Candidate, StatisticsRow } from '../../pipeline/model.ts';
import * as m from '../../proto/messages.ts';
import { type Sample, sample } from './sample.ts';

const f32 = Math.fround;
const NOW = 1_794_000_000_123;

const setup: CameraSetup = {
  site: 'gare-exemple',
  camera: 'quai-a-01',
  version: 3,
  text: '{"zones":[],"lines":[],"rules":[{"id":"fire","event":"fire","version":3}]}',
  author: { name: 'C. Lefèvre', role: 'supervisor' },
  savedAtMs: NOW,
  holdsFromMs: NOW + 2000,
  note: 'quai élargi',
  revertsTo: 1,
};
const { author: _, note: __, revertsTo: ___, ...setupOfFile } = { ...setup, version: 0 };
const setupFault: m.SetupFault = {
  code: 'zone_too_few_points',
  at: 'zones[2].polygon',
  message: 'has 2 points, expected at least 3',
  hint: 'draw another',
};

/** Called by samples.ts, whose candidate it is. */
const statisticsRow: StatisticsRow = {
  site: 'gare-exemple',
  camera: 'quai-a-01',
  type: 'fire',
  rule: 'fire',
  dayMs: NOW - (NOW % 86_400_000),
  raised: 12,
  confirmed: 3,
  rejectedFalse: 4,
  rejectedIrrelevant: 2,
  rejectedTest: 1,
  lapsed: 1,
  reversed: 5,
  decidedWithin: [1, 0, 2, 3, 0, 0, 0, 1, 3],
};

export const setupSamples = (candidate: Candidate): readonly Sample[] => [
  sample('CameraSetup', setup, m.encodeCameraSetup, m.decodeCameraSetup),
  sample('CameraSetup', setupOfFile, m.encodeCameraSetup, m.decodeCameraSetup),
  sample(
    'GetSetupsRequest',
    { site: 'a', cameras: ['b', 'c'] },
    m.encodeGetSetupsRequest,
    m.decodeGetSetupsRequest,
  ),
  sample(
    'GetSetupsResponse',
    { setups: [setup, setupOfFile] },
    m.encodeGetSetupsResponse,
    m.decodeGetSetupsResponse,
  ),
  sample(
    'ListSetupsRequest',
    { site: 'a', camera: 'b' },
    m.encodeListSetupsRequest,
    m.decodeListSetupsRequest,
  ),
  sample(
    'ListSetupsResponse',
    { setups: [setup, setupOfFile] },
    m.encodeListSetupsResponse,
    m.decodeListSetupsResponse,
  ),
  sample(
    'PreviewSetupRequest',
    { site: 'a', camera: 'b', text: setup.text, backMs: 3_600_000 },
    m.encodePreviewSetupRequest,
    m.decodePreviewSetupRequest,
  ),
  sample(
    'PreviewSetupResponse',
    { faults: [setupFault], candidates: [candidate], fromMs: NOW - 9, untilMs: NOW, frames: 17 },
    m.encodePreviewSetupResponse,
    m.decodePreviewSetupResponse,
  ),
  sample(
    'PreviewSetupResponse',
    { faults: [], candidates: [], frames: 0 },
    m.encodePreviewSetupResponse,
    m.decodePreviewSetupResponse,
  ),
  sample(
    'SaveSetupRequest',
    {
      ...{ site: 'a', camera: 'b', text: setup.text, basedOn: 2 },
      author: { name: 'C. Lefèvre', role: 'supervisor' },
      note: 'quai élargi',
      revertsTo: 1,
    },
    m.encodeSaveSetupRequest,
    m.decodeSaveSetupRequest,
  ),
  sample('SaveSetupResponse', { faults: [], setup }, m.encodeSaveSetupResponse, m.decodeSaveSetupResponse),
  sample('SaveSetupResponse', { faults: [setupFault] }, m.encodeSaveSetupResponse, m.decodeSaveSetupResponse),
  sample(
    'GetHistoryRequest',
    { site: 'a', camera: 'b', zone: 'platform', backMs: 3_600_000 },
    m.encodeGetHistoryRequest,
    m.decodeGetHistoryRequest,
  ),
  sample(
    'GetHistoryResponse',
    { points: [{ atMs: NOW }, { atMs: NOW + 10_000, people: f32(5.3) }, { atMs: NOW + 20_000, people: 0 }] },
    m.encodeGetHistoryResponse,
    m.decodeGetHistoryResponse,
  ),
  sample(
    'GetStatisticsRequest',
    { sites: ['gare-exemple'], fromMs: NOW, untilMs: NOW + 86_400_000 },
    m.encodeGetStatisticsRequest,
    m.decodeGetStatisticsRequest,
  ),
  sample(
    'GetStatisticsResponse',
    { rows: [statisticsRow] },
    m.encodeGetStatisticsResponse,
    m.decodeGetStatisticsResponse,
  ),
];
