/** What came of a kill test, for people. */
import { KILL_KINDS } from './killer.ts';
import type { Outcome } from './run.ts';

const SHOWN_MAX = 30;

export function table(outcome: Outcome): string {
  const { figures, answered, frameLoss, takeOvers, received, violations } = outcome;
  const kinds = KILL_KINDS.map(
    (kind) => `${kind} ${outcome.kills.filter((kill) => kill.kind === kind).length}`,
  ).join(', ');
  const overs = (name: 'firstMs' | 'medianMs' | 'lastMs') => {
    const found = takeOvers.flatMap((one) => one[name] ?? []).sort((a, b) => a - b);
    return `median ${seconds(found[found.length >> 1])}, max ${seconds(found.at(-1))}`;
  };
  const rows: [string, string][] = [
    ['kills', `${outcome.kills.length}: ${kinds}`],
    ['duration', `${outcome.seconds.toFixed(0)} s`],
    ['cameras, sessions', `${figures.cameras}, ${figures.sessions}`],
    [
      'frames on the log',
      `${figures.frames}, all measured unless said below; sent again ${figures.framesAgain}`,
    ],
    [
      'frames lost in memory',
      `${frameLoss.frames} of ${frameLoss.sessions} sessions broken off by ${frameLoss.kills} kills of ingest, longest ${seconds(frameLoss.longestMs)}; ${figures.framesMissing} missing within sessions`,
    ],
    ['candidates', `${figures.claims}, still open ${figures.claimsOpen}`],
    [
      'open when their worker was killed',
      `${outcome.openAtKill}, told of again under their id ${outcome.wentOn}`,
    ],
    [
      'verdicts answered OK',
      `${answered.confirm} confirm, ${answered.reject} reject, ${answered.reverse} reverse`,
    ],
    ['asked again, refused', `${outcome.askedAgain}, ${JSON.stringify(outcome.refused)}`],
    ['answer', `median ${outcome.answerMs.median.toFixed(0)} ms, max ${seconds(outcome.answerMs.max)}`],
    ['events', `${figures.events}, said again ${figures.eventsAgain}; records put aside ${figures.refused}`],
    ...received.map(({ name, deliveries, distinct, again, verified }): [string, string] => [
      name,
      `${deliveries} deliveries, ${distinct} distinct (${verified} verified), ${again} again`,
    ]),
    ['worker killed: first camera measured again', overs('firstMs')],
    ['  the median camera', overs('medianMs')],
    ['  the last camera', overs('lastMs')],
    ['violations', `${violations.length}`],
  ];
  const lines = rows.map(([name, value]) => `${name.padEnd(44)}${value}`);
  const shown = violations.slice(0, SHOWN_MAX).map(({ code, at, message }) => `  ${code}  ${at}: ${message}`);
  return [...lines, ...shown, ...(violations.length > SHOWN_MAX ? ['  ...'] : [])].join('\n');
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? 'none' : `${(ms / 1_000).toFixed(1)} s`;
}
