/** A site of rendered cameras that are cheap to draw and in which something is claimed all the time. */

export const SITE = 'gare';

/** A picture of this size is drawn and observed in half a millisecond or so. */
const PLANE = { width: 96, height: 54 };
const PLACES = ['corridor', 'tracks', 'platform'];

/** Text of a site.yaml. Somebody walks through the left or the right part of each view now and then. */
export function renderedCameras(count: number, fps: number): string {
  const cameras = Array.from({ length: count }, (_, i) => [
    `  - id: camera-${i}`,
    `    source: scene:${PLACES[i % PLACES.length]}?seed=${i + 1}&events=loop&period=40&people=0.3&nuisances=off`,
    `    analysis: { width: ${PLANE.width}, height: ${PLANE.height}, fps: ${fps} }`,
    '    zones:',
    '      - { id: left, polygon: [[0, 0], [0.4, 0], [0.4, 1], [0, 1]] }',
    '      - { id: right, polygon: [[0.6, 0], [1, 0], [1, 1], [0.6, 1]] }',
    '    rules:',
    '      - { id: in-left, event: forbidden_zone, zone: left, for: 1s }',
    '      - { id: in-right, event: forbidden_zone, zone: right, for: 1s }',
  ]);
  return `${[`site: ${SITE}`, 'cameras:', ...cameras.flat()].join('\n')}\n`;
}
