/** Cameras: source, analysis plane, ground calibration, places and rules. */
import { CLIP_KINDS, type ClipKind } from '../clip.ts';
import type { EventType } from '../model.ts';
import { CAMERAS_MAX, FPS_MAX, PLANE_ASPECT_MAX, PLANE_SIDE_MIN, SCENE_NAMES } from './defaults.ts';
import { type Located, MapReader } from './document.ts';
import { readPlaces } from './places.ts';
import { readRules } from './rules.ts';
import { type Analysis, type Camera, type GroundSample, PLANE_PIXELS_MAX, type Setup } from './site.ts';
import { nearest } from './spelling.ts';
import { Ids, readPoint, readPositive, readWhole } from './values.ts';
import { readVehicle } from './vehicle.ts';

export function readCameras(site: MapReader, authorised: readonly EventType[] | undefined): Camera[] {
  if (!site.has('cameras')) site.missing('cameras', 'a list of at least one camera');
  const items = site.list('cameras', 'cameras', CAMERAS_MAX);
  const node = site.node('cameras');
  if (node?.kind === 'list' && node.items.length === 0) {
    site.fault('no_cameras', 'cameras', 'has 0 cameras, expected at least one');
  }
  const ids = new Ids('camera');
  return items.flatMap(({ node: item, at }) => {
    const known = ['id', 'source', 'analysis', 'ground', 'zones', 'lines', 'rules', 'vehicle', 'clips'];
    const reader = MapReader.open(item, at, known, site.faults);
    return reader === undefined ? [] : [readCamera(reader, ids, authorised)];
  });
}

function readCamera(reader: MapReader, ids: Ids, authorised: readonly EventType[] | undefined): Camera {
  const id = ids.read(reader) ?? '';
  const source = readSource(reader);
  const analysis = readAnalysis(reader);
  const ground = readGround(reader);
  const setup = readSetup(reader, analysis, authorised);
  const vehicle = readVehicle(reader);
  const clips = readClips(reader, source);
  return {
    id,
    ...(source === undefined ? {} : { source }),
    analysis,
    ground,
    ...setup,
    ...(vehicle === undefined ? {} : { vehicle }),
    ...(clips === undefined ? {} : { clips }),
  };
}

/** What a camera watches for: zones, lines and rules, in the file or as somebody set them since. */
export function readSetup(
  reader: MapReader,
  analysis: Analysis,
  authorised: readonly EventType[] | undefined,
): Setup {
  const places = readPlaces(reader, analysis);
  const rules = readRules(reader, {
    zoneIds: definedIds(reader.node('zones')),
    lineIds: definedIds(reader.node('lines')),
    zones: places.zones,
    ...(authorised === undefined ? {} : { authorised }),
  });
  return { ...places, rules };
}

/** Also the ids of places that are otherwise wrong: a rule that names one is not wrong for it. */
function definedIds(node: Located | undefined): string[] {
  if (node?.kind !== 'list') return [];
  return node.items.flatMap((item) => {
    const id = item.kind === 'map' ? item.entries.get('id') : undefined;
    return id?.kind === 'scalar' && typeof id.value === 'string' ? [id.value] : [];
  });
}

function readSource(reader: MapReader): string | undefined {
  const source = reader.string('source', 'a file, rtsp://... or scene:NAME');
  if (source === undefined) return undefined;
  const [, scheme] = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(source) ?? [];
  if (scheme !== undefined && !/^rtsps?$/.test(scheme)) {
    reader.fault('source_unsupported', 'source', `is ${scheme}://, expected rtsp://, a file or scene:NAME`);
  }
  const [, scene] = /^scene:([^?#@:/]*)/.exec(source) ?? [];
  if (scene !== undefined && !(SCENE_NAMES as readonly string[]).includes(scene)) {
    const known = SCENE_NAMES.map((name) => `scene:${name}`).join(', ');
    reader.fault(
      'scene_unknown',
      'source',
      `is scene '${scene}', expected one of ${known}`,
      nearest(scene, SCENE_NAMES),
    );
  }
  return source;
}

/** Pictures of the camera's own are made by what decodes it, and a rendered scene is drawn on the plane. */
function readClips(reader: MapReader, source: string | undefined): ClipKind | undefined {
  const clips = reader.choice('clips', CLIP_KINDS);
  if (clips !== 'full' || (source !== undefined && !source.startsWith('scene:'))) return clips;
  const found = source === undefined ? 'has no source here' : 'is a rendered scene';
  const message = `is full, but the camera ${found}: expected a source that is decoded here`;
  reader.fault('clips_no_picture', 'clips', message, 'write clips: plane, or leave it out');
  return undefined;
}

function readAnalysis(camera: MapReader): Analysis {
  const node = camera.node('analysis');
  if (node === undefined) return {};
  const reader = MapReader.open(node, camera.path('analysis'), ['width', 'height', 'fps'], camera.faults);
  if (reader === undefined) return {};
  const most = PLANE_PIXELS_MAX / PLANE_SIDE_MIN;
  const width = readWhole(reader, 'width', PLANE_SIDE_MIN, most);
  const height = readWhole(reader, 'height', PLANE_SIDE_MIN, most);
  const fps = readPositive(reader, 'fps', 'pictures per second');
  if (fps !== undefined && fps > FPS_MAX)
    reader.fault('number_range', 'fps', `is ${fps}, expected at most ${FPS_MAX}`);
  if (width !== undefined && height !== undefined) checkPlane(camera, width, height);
  return {
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
    ...(fps === undefined ? {} : { fps }),
  };
}

function checkPlane(camera: MapReader, width: number, height: number): void {
  if (width * height > PLANE_PIXELS_MAX) {
    camera.fault(
      'plane_too_large',
      'analysis',
      `is ${width}x${height} = ${width * height} pixels, expected at most ${PLANE_PIXELS_MAX} (320x180)`,
    );
  }
  const aspect = Math.max(width / height, height / width);
  if (aspect > PLANE_ASPECT_MAX) {
    camera.fault(
      'plane_aspect',
      'analysis',
      `is ${width}x${height}, one side ${aspect.toFixed(1)} times the other, expected at most ${PLANE_ASPECT_MAX} times`,
      'leave both out: the plane then follows the view',
    );
  }
}

/** Two samples, because height is linear in the foot's row: fewer leave it open, more would contradict. */
function readGround(camera: MapReader): GroundSample[] {
  const node = camera.node('ground');
  if (node === undefined) return [];
  const reader = MapReader.open(node, camera.path('ground'), ['person'], camera.faults);
  if (reader === undefined) return [];
  if (!reader.has('person')) reader.missing('person', "a person's height at two places");
  const items = reader.list('person', 'samples', 64);
  const samples = items.flatMap(({ node: item, at }) => {
    const sample = MapReader.open(item, at, ['foot', 'height'], camera.faults);
    return sample === undefined ? [] : readSample(sample);
  });
  if (reader.node('person')?.kind === 'list' && items.length !== 2) {
    reader.fault('ground_two_samples', 'person', `has ${items.length} samples, expected 2`);
  } else if (samples.length === 2) checkGround(reader, samples);
  return samples;
}

function readSample(reader: MapReader): GroundSample[] {
  const node = reader.node('foot');
  if (node === undefined) reader.missing('foot', 'a point [x, y] in 0..1');
  const foot = node === undefined ? undefined : readPoint(node, reader.path('foot'), reader.faults);
  if (!reader.has('height')) reader.missing('height', "a share of the view's height");
  const height = readPositive(reader, 'height', "a share of the view's height");
  if (height !== undefined && height > 1.5) {
    reader.fault(
      'number_range',
      'height',
      `is ${height}, expected a share of the view's height, at most 1.5`,
    );
    return [];
  }
  return foot === undefined || height === undefined ? [] : [{ foot, height }];
}

function checkGround(reader: MapReader, samples: readonly GroundSample[]): void {
  const [near, far] =
    samples[0]!.foot.y >= samples[1]!.foot.y ? [samples[0]!, samples[1]!] : [samples[1]!, samples[0]!];
  if (near.foot.y - far.foot.y < 0.01) {
    reader.fault(
      'ground_same_row',
      'person',
      `has feet at y ${far.foot.y} and ${near.foot.y}, expected rows at least 0.01 apart`,
      'measure one person near and one far',
    );
  } else if (near.height < far.height) {
    reader.fault(
      'ground_upside_down',
      'person',
      `is ${near.height} high at y ${near.foot.y} and ${far.height} at y ${far.foot.y}, expected the lower one in the picture, who is nearer, to be at least as high`,
    );
  }
}
