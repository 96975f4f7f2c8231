/** Values of clips: see samples.ts. */
import type { ClipHeader, ClipPicture } from '../../pipeline/clip.ts';
import type { Frame } from '../../pipeline/model.ts';
import * as m from '../../proto/messages.ts';
import { type Sample, sample } from './sample.ts';

const NOW = 1_794_000_000_123;

export const clipHeader: ClipHeader = {
  site: 'gare-exemple',
  camera: 'quai-a-01',
  epoch: NOW - 5000,
  candidate: `gare-exemple/quai-a-01/${NOW - 5000}/no-tracks/7`,
  kind: 'full',
  width: 640,
  height: 360,
  mediaType: 'image/jpeg',
  fromMs: NOW - 10_000,
  untilMs: NOW + 10_000,
  keptUntilMs: NOW + 86_400_000,
  growing: true,
  pictures: 51,
};

/** Called by samples.ts, whose frame it is. */
export function clipSamples(frame: Frame): readonly Sample[] {
  const picture: ClipPicture = {
    number: 7,
    capturedAtMs: NOW,
    data: Uint8Array.of(0xff, 0xd8, 0, 9),
    frame,
  };
  const { candidate: _, ...now } = clipHeader;
  const answers: readonly m.ClipAnswer[] = [
    { kind: 'header', header: clipHeader },
    { kind: 'picture', picture },
    { kind: 'end', code: 'clip_gone', detail: 'no longer kept' },
  ];
  const whats: readonly m.ClipQuestion['what'][] = [
    { kind: 'candidate', candidate: 'a/b/1/c/2' },
    { kind: 'camera', camera: 'quai-a-01' },
    { kind: 'enough' },
  ];
  return [
    sample(
      'GetClipRequest',
      { candidate: 'a/b/1/c/2', why: 'decision', by: { name: 'A. Martin', role: 'agent' } },
      m.encodeGetClipRequest,
      m.decodeGetClipRequest,
    ),
    sample('GetClipResponse', { kind: 'header', header: clipHeader }, m.encodeClipPart, m.decodeClipPart),
    sample('GetClipResponse', { kind: 'picture', picture }, m.encodeClipPart, m.decodeClipPart),
    sample(
      'GetPictureRequest',
      { site: 'a', camera: 'b', why: 'zones', by: { name: 'A. Martin', role: 'supervisor' } },
      m.encodeGetPictureRequest,
      m.decodeGetPictureRequest,
    ),
    sample(
      'GetPictureResponse',
      { header: now, picture: { ...picture, data: new Uint8Array(0) } },
      m.encodeGetPictureResponse,
      m.decodeGetPictureResponse,
    ),
    sample(
      'DeliverRequest',
      { kind: 'offer', offer: { site: 'a', cameras: ['b', 'c'] } },
      m.encodeDeliverRequest,
      m.decodeDeliverRequest,
    ),
    ...answers.map((answer) =>
      sample(
        'DeliverRequest',
        { kind: 'answer', question: 3, answer },
        m.encodeDeliverRequest,
        m.decodeDeliverRequest,
      ),
    ),
    ...whats.map((what) =>
      sample('DeliverResponse', { question: 4, what }, m.encodeDeliverResponse, m.decodeDeliverResponse),
    ),
  ];
}
