/** A candidate in words for a terminal. */
import type { Candidate, CandidateReview } from '../model.ts';

/** `high  density  gare/quai-a  platform  14:03:12  for 12 s` */
function headline({ severity, type, site, camera, place, beganAtMs, atMs, phase }: Candidate): string {
  const lasted = Math.round((atMs - beganAtMs) / 1_000);
  return plain(
    [
      severity.padEnd(8),
      type.padEnd(15),
      `${site}/${camera}`,
      ...(place === undefined ? [] : [place]),
      timeOf(beganAtMs),
      phase === 'end' ? `ended after ${lasted} s` : `for ${lasted} s`,
    ].join('  '),
  );
}

export function details({ candidate, state }: CandidateReview): string {
  const findings = candidate.findings.map(
    ({ name, value, limit, unit }) =>
      `${name} ${round(value)}${limit === undefined ? '' : ` (limit ${round(limit)})`} ${unit}`,
  );
  const held = state.kind === 'claimed' ? [`claimed by ${state.by.name} until ${timeOf(state.untilMs)}`] : [];
  return [headline(candidate), candidate.explanation, ...findings, ...held, `id ${candidate.id}`]
    .map((line, index) => `${index === 0 ? '' : '    '}${plain(line)}`)
    .join('\n');
}

function timeOf(ms: number): string {
  return new Date(ms).toTimeString().slice(0, 8);
}

/** Names and sentences come from elsewhere: nothing in them may steer the terminal. */
export function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this takes out
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '?');
}

function round(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}
