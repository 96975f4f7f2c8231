/** A small sound site as text, and what reading a text finds. */
import { type Fault, InputError } from '../../pipeline/errors.ts';
import { parseSite } from '../../pipeline/site/parse.ts';

/** Parts to replace, by name; each is a piece of YAML. */
export interface Parts {
  readonly head?: string;
  readonly authorisation?: string;
  readonly source?: string;
  readonly analysis?: string;
  readonly ground?: string;
  readonly zones?: string;
  readonly lines?: string;
  readonly rules?: string;
  readonly more?: string;
}

export function siteText(parts: Parts = {}): string {
  return `${parts.head ?? 'site: gare\nkind: station'}
authorisation: ${parts.authorisation ?? '{ from: 2026-11-01, to: 2027-01-31, basis: "arrêté 7", events: [forbidden_zone, wrong_way, density, fire] }'}
cameras:
  - id: quai
    source: ${parts.source ?? './clip.mp4'}
    analysis: ${parts.analysis ?? '{ width: 160, height: 90, fps: 5 }'}
    ground: ${parts.ground ?? '{ person: [ { foot: [0.5, 0.95], height: 0.42 }, { foot: [0.5, 0.4], height: 0.12 } ] }'}
    zones: ${parts.zones ?? '[{ id: tracks, polygon: [[0, 0.6], [0.3, 0.6], [0.3, 1], [0, 1]] }, { id: platform, polygon: [[0.3, 0.3], [1, 0.3], [1, 1], [0.3, 1]], area_m2: 140 }]'}
    lines: ${parts.lines ?? '[{ id: gate, points: [[0.5, 0.3], [0.5, 0.9]] }]'}
    rules: ${parts.rules ?? '[{ id: no-tracks, event: forbidden_zone, zone: tracks }]'}
${parts.more ?? ''}`;
}

export function faultsOf(text: string, dev = false): readonly Fault[] {
  try {
    parseSite(text, { file: 'site.yaml', dev });
    return [];
  } catch (error) {
    if (error instanceof InputError) return error.faults;
    throw error;
  }
}
