/** What a check found, as text for people. */
import { describeFault } from '../errors.ts';
import type { CheckedCamera, CheckedRule, CheckReport, Stream } from './check-report.ts';

export function checkPage(report: CheckReport): string {
  const lines = report.faults.length > 0 ? faultLines(report) : siteLines(report);
  return `${lines.join('\n')}\n`;
}

function faultLines({ faults, file }: CheckReport): string[] {
  return [...faults.map(describeFault), '', `${file}: ${count(faults.length, 'fault')}, nothing was started`];
}

function siteLines(report: CheckReport): string[] {
  const { site, kind, authorisation, cameras, warnings, file } = report;
  const zones = cameras.reduce((sum, camera) => sum + camera.zones, 0);
  const lines = cameras.reduce((sum, camera) => sum + camera.lines, 0);
  const rules = cameras.flatMap((camera) => camera.rules);
  const head = [
    `${site} (${kind}): ${count(cameras.length, 'camera')}, ${count(zones, 'zone')}, ${count(lines, 'line')}, ${count(rules.length, 'rule')}`,
    ...(authorisation === undefined
      ? []
      : [
          `authorised ${authorisation.from} to ${authorisation.to} by ${authorisation.basis}: ${authorisation.events.join(', ')}`,
        ]),
  ];
  return [
    ...head,
    '',
    ...cameras.flatMap(cameraLines),
    ...(warnings.length === 0 ? [] : ['', ...warnings.map((warning) => `note: ${warning}`)]),
    '',
    `${file}: ok`,
  ];
}

function cameraLines({ id, source, stream, rules }: CheckedCamera): string[] {
  return [
    `${id}  ${source ?? 'no source: frames arrive by the log or by gRPC'}`,
    ...(stream === undefined ? [] : [`  ${streamLine(stream)}`]),
    ...rules.map((rule) => `  ${ruleLine(rule)}`),
  ];
}

function ruleLine({ id, event, place, severity }: CheckedRule): string {
  return `${id}: ${event} ${place === undefined ? 'anywhere' : `on ${place}`}, ${severity}`;
}

function streamLine({ width, height, codec, sourceFps, plane, every, fps }: Stream): string {
  const view = width === undefined ? 'drawn' : `${width}x${height} ${codec}`;
  const pictures = every === 1 ? 'every picture' : `one picture in ${every}`;
  return `${view} at ${short(sourceFps)}/s, plane ${plane.width}x${plane.height}, ${pictures} analysed: ${short(fps)}/s`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

function short(value: number): string {
  return String(Number(value.toFixed(2)));
}
