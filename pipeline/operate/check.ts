/**
 * `vigie check SITE.yaml`: everything that is wrong with a site file, each with its line; or what it watches.
 *
 * The file is read as `run` reads it, and every source is opened as `run` opens it, so a file that passes starts.
 */
import { type Fault, InputError } from '../errors.ts';
import { openSource, sourceKind, withoutPassword } from '../ingest/camera.ts';
import { openVideoFile, type VideoFile } from '../ingest/file.ts';
import type { PictureSource } from '../ingest/picture.ts';
import { loadSite } from '../site/parse.ts';
import { type Camera, FLICKER_FPS_MIN, type Rule, type Site } from '../site/site.ts';
import { checkPage } from './check-page.ts';
import type { CheckedCamera, CheckedRule, CheckReport, Stream } from './check-report.ts';

export interface CheckOptions {
  /** A site without an authorisation passes. */
  readonly dev?: boolean;
  readonly json?: boolean;
  /** Where the answer goes; standard output unless given. */
  readonly write?: (text: string) => void;
  readonly nowMs?: number;
}

/** Exit code: 0 when the file can be run, 2 when not. */
export async function check(file: string, options: CheckOptions = {}): Promise<number> {
  const report = await checkSite(file, options);
  const write = options.write ?? ((text: string) => process.stdout.write(text));
  write(options.json ? `${JSON.stringify(report, null, 2)}\n` : checkPage(report));
  return report.ok ? 0 : 2;
}

async function checkSite(file: string, options: CheckOptions = {}): Promise<CheckReport> {
  let site: Site;
  try {
    site = await loadSite(file, { dev: options.dev ?? false });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { file, ok: false, faults: error.faults, warnings: [], cameras: [] };
  }
  const looked = await lookAt(site.cameras, file);
  const faults = looked.flatMap(({ faults: own }) => own);
  const { authorisation } = site;
  return {
    file,
    ok: faults.length === 0,
    faults,
    warnings: [
      ...authorisationWarnings(site, options.nowMs ?? Date.now()),
      ...site.cameras.flatMap((camera, index) => cameraWarnings(camera, looked[index]?.stream)),
    ],
    site: site.id,
    kind: site.kind,
    ...(authorisation === undefined
      ? {}
      : {
          authorisation: {
            from: new Date(authorisation.fromMs).toISOString(),
            to: new Date(authorisation.toMs).toISOString(),
            basis: authorisation.basis,
            events: authorisation.events,
          },
        }),
    cameras: site.cameras.map((camera, index) => checked(camera, looked[index]?.stream)),
  };
}

function checked(camera: Camera, stream: Stream | undefined): CheckedCamera {
  const { id, source, zones, lines, rules } = camera;
  return {
    id,
    ...(source === undefined ? {} : { source: withoutPassword(source) }),
    zones: zones.length,
    lines: lines.length,
    rules: rules.map(checkedRule),
    ...(stream === undefined ? {} : { stream }),
  };
}

function checkedRule(rule: Rule): CheckedRule {
  const { id, event, severity } = rule;
  const place = 'line' in rule ? rule.line : rule.zone;
  return { id, event, severity, ...(place === undefined ? {} : { place }) };
}

interface Looked {
  readonly stream?: Stream;
  readonly faults: readonly Fault[];
}

/** Opening starts a short process each; more at once would only take turns. */
const AT_ONCE = 4;

async function lookAt(cameras: readonly Camera[], file: string): Promise<readonly Looked[]> {
  const looked: Looked[] = [];
  let next = 0;
  const take = async () => {
    for (let index = next++; index < cameras.length; index = next++) {
      looked[index] = await lookAtOne(cameras[index]!, `cameras[${index}].source`, file);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, take));
  return looked;
}

async function lookAtOne(camera: Camera, at: string, file: string): Promise<Looked> {
  const { source, analysis } = camera;
  if (source === undefined) return { faults: [] };
  let opened: PictureSource | VideoFile | undefined;
  try {
    opened =
      sourceKind(source) === 'file'
        ? await openVideoFile(source, { analysis, startMs: 0 })
        : await openSource(camera, { startMs: 0 });
    return { stream: streamOf(opened), faults: [] };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const place = (fault: Fault) => (fault.at === 'source' ? fault.message : `${fault.at}: ${fault.message}`);
    return { faults: error.faults.map((fault) => ({ ...fault, at, file, message: place(fault) })) };
  } finally {
    await opened?.close();
  }
}

function streamOf(source: PictureSource | VideoFile): Stream {
  const { width, height, fps, sourceFps } = source;
  return {
    ...('view' in source ? { ...source.view, codec: source.codec } : {}),
    sourceFps,
    plane: { width, height },
    every: Math.round(sourceFps / fps),
    fps,
  };
}

function authorisationWarnings({ authorisation }: Site, nowMs: number): string[] {
  if (authorisation === undefined) return ['no authorisation: accepted in development only'];
  if (nowMs < authorisation.fromMs) return ['the authorisation has not begun: nothing is raised until then'];
  if (nowMs > authorisation.toMs) return ['the authorisation is over: nothing is raised any more'];
  return [];
}

function cameraWarnings(camera: Camera, stream: Stream | undefined): string[] {
  const warnings: string[] = [];
  if (camera.rules.length === 0) {
    warnings.push(`camera ${camera.id} has no rule: it is measured only`);
  }
  const unruled = camera.zones.filter(
    ({ id }) => !camera.rules.some((rule) => 'zone' in rule && rule.zone === id),
  );
  for (const { id } of unruled)
    warnings.push(`zone ${id} of camera ${camera.id} has no rule: it is measured only`);
  if (stream?.width !== undefined && stream.height !== undefined) {
    const { plane } = stream;
    const stretch = (plane.width * stream.height) / (plane.height * stream.width);
    if (Math.abs(stretch - 1) > ASPECT_SHARE) {
      warnings.push(
        `camera ${camera.id}: the plane ${plane.width}x${plane.height} does not keep the aspect ratio of the view ${stream.width}x${stream.height}: people look ${stretch > 1 ? 'wide' : 'narrow'}`,
      );
    }
  }
  if (stream !== undefined && stream.sourceFps < FLICKER_FPS_MIN) {
    for (const { id, event } of camera.rules)
      if (event === 'fire')
        warnings.push(
          `camera ${camera.id}: ${stream.sourceFps} pictures a second are too few to see flames flicker, expected ${FLICKER_FPS_MIN} or more: rule ${id} never fires`,
        );
  }
  return warnings;
}

/** Rounding a plane's sides to even numbers changes the ratio by at most about this much. */
const ASPECT_SHARE = 0.05;
