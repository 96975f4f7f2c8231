/**
 * One scene through observe, measure and the rule of one type, with everything that a picture of it needs: the plane and
 * the frame at the moment of the claim, and what the rule found in every frame.
 */
import { detect, machineFor } from '../../pipeline/detect/detect.ts';
import type { Picture } from '../../pipeline/ingest/picture.ts';
import {
  betweenAt,
  buildScene,
  drawn,
  type SceneSpec,
  sceneSite,
} from '../../pipeline/ingest/scenes/index.ts';
import { measure } from '../../pipeline/measure/measure.ts';
import type { Candidate, EventType, Measured } from '../../pipeline/model.ts';
import { Observer } from '../../pipeline/observe/observer.ts';
import { parseSite } from '../../pipeline/site/parse.ts';
import { type Camera, needsFlicker } from '../../pipeline/site/site.ts';

export interface Sample {
  readonly s: number;
  /** What the rule holds against its limit; undefined where it knows nothing. */
  readonly value?: number;
  readonly limit?: number;
  readonly claimed: boolean;
}

export interface Recording {
  readonly type: EventType;
  readonly camera: Camera;
  readonly samples: readonly Sample[];
  /** Name and unit of the value. */
  readonly name: string;
  readonly truths: readonly { readonly fromS: number; readonly untilS: number }[];
  /** At the claim, or in the middle of the truth when nothing was claimed. */
  readonly at: {
    readonly s: number;
    readonly planes: Pick<Picture, 'luma' | 'u' | 'v'>;
    readonly measured: Measured;
    readonly explanation: string;
  };
}

export const START_MS = Date.UTC(2026, 0, 1);

/** Undefined when the type has no detector in this release. `pick` takes the finding that is drawn; the first with a limit by default. */
export function record(type: EventType, spec: SceneSpec, finding?: string): Recording | undefined {
  const scene = buildScene(spec);
  const own = scene.rules.some((rule) => rule.event === type);
  const site = parseSite(sceneSite(scene, 'camera', true, own ? [] : [type]), { file: type, dev: true });
  const whole = site.cameras[0]!;
  const rule = whole.rules.find((one) => one.event === type)!;
  const camera = { ...whole, rules: [rule] };
  const machine = machineFor(rule, camera);
  if (machine === undefined) return undefined;
  const one = { ...site, cameras: [camera] };
  const measuring = measure(one);
  const detecting = detect(one, 'pictures');
  const { width, height, fps } = scene;
  const flames = needsFlicker(camera);
  const observer = new Observer({ site: site.id, camera: camera.id, epoch: START_MS, width, height, flames });
  const chroma = Math.ceil(width / 2) * Math.ceil(height / 2);
  const planes = {
    luma: new Uint8Array(width * height),
    u: new Uint8Array(chroma),
    v: new Uint8Array(chroma),
  };
  const samples: Sample[] = [];
  const truths = scene.truth.events
    .filter((event) => event.type === type)
    .map(({ start_frame, end_frame }) => ({ fromS: start_frame / fps, untilS: end_frame / fps }));
  let open: Candidate | undefined;
  let at: Recording['at'] | undefined;
  let middle: Recording['at'] | undefined;
  let name = '';
  let limit: number | undefined;
  for (let number = 0; number < scene.frames; number++) {
    for (const { seconds, between } of drawn(scene, number, flames ? betweenAt(fps) : 0, planes)) {
      const picture = { number, capturedAtMs: START_MS + Math.round(seconds * 1000), ...planes };
      if (between > 0) {
        observer.glance({ ...picture, between: true });
        continue;
      }
      const objects = scene.objects(number);
      const frame = observer.observe(objects ? { ...picture, objects } : picture, picture.capturedAtMs);
      for (const measured of measuring.step(frame)) {
        const condition = machine.look(measured);
        for (const candidate of detecting.step(measured))
          open = candidate.phase === 'end' ? undefined : candidate;
        const all = condition?.findings ?? [];
        const found =
          all.find((one) => one.name === finding) ?? all.find((one) => one.limit !== undefined) ?? all[0];
        if (found) name = `${found.name.replace(/_/g, ' ')}, ${found.unit}`;
        if (found?.limit !== undefined) limit = found.limit;
        samples.push({
          s: seconds,
          claimed: open !== undefined,
          // A condition without findings is that of nothing to be seen.
          ...(condition && measured.frame.view === 'ok' ? { value: found?.value ?? 0 } : {}),
          ...(limit === undefined ? {} : { limit }),
        });
        const copy = () => ({
          s: seconds,
          planes: { luma: planes.luma.slice(), u: planes.u.slice(), v: planes.v.slice() },
          measured,
          explanation: open?.explanation ?? 'nothing claimed',
        });
        if (open && !at) at = copy();
        const truth = truths[0];
        if (truth && seconds <= (truth.fromS + truth.untilS) / 2) middle = copy();
      }
    }
  }
  observer.close();
  const seen = at ?? middle;
  if (!seen) throw new Error(`the scene for ${type} has neither a claim nor a truth`);
  return { type, camera, samples, name, truths, at: seen };
}
