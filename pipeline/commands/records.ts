/** Commands about what is on the log, and about how well the whole does. */
import { fault, InputError } from '../errors.ts';
import { EVENT_TYPES, type EventType, SENSITIVITIES, type Sensitivity } from '../model.ts';
import type { Selection } from '../operate/rejected/select.ts';
import {
  type Command,
  command,
  type Done,
  EXIT_CODES,
  gather,
  jsonOption,
  OK,
  Option,
  oneOf,
  sinceMs,
  type Words,
  wholeNumber,
  wholeNumberOrNone,
} from './command.ts';
import { type LogWords, logFrom, logOptions } from './log-words.ts';

interface SelectionWords {
  readonly code: readonly string[];
  readonly camera: readonly string[];
  readonly since?: number;
}

interface EvaluateWords {
  readonly clip?: string;
  readonly objects?: string;
  readonly json?: string;
  readonly scenes?: number;
  readonly hours?: number;
  readonly seed?: number;
  readonly types?: readonly EventType[];
  readonly sensitivity?: Sensitivity;
  readonly everyStep?: boolean;
  readonly jobs?: number;
  readonly plain?: boolean;
  readonly leaveOneOut?: boolean;
  readonly variations?: boolean;
  readonly fps?: number;
}

export function recordCommands(vigie: Command, done: Done): void {
  command(
    vigie,
    'topics',
    'list the topics of the log, or create them',
    [
      'vigie topics --log kafka --brokers 127.0.0.1:9092 --create --partitions 32 --replication 3',
      'vigie topics --json',
    ],
    [logOptions, jsonOption],
  )
    .option('--create', 'create what is missing', false)
    .option('--partitions <n>', 'of the topics that go by camera (default 8)', wholeNumber)
    .option('--replication <n>', 'Kafka only', wholeNumber)
    .action(async (words) => {
      const { topics } = await import('../operate/topics.ts');
      done(await topics({ ...words, log: logFrom(words) }));
    });

  const rejected = vigie
    .command('rejected')
    .description('what was put aside instead of being processed: list it, put it through again')
    .helpCommand(false)
    .addHelpText(
      'after',
      `\nExamples:\n  vigie rejected list --since 2h\n  vigie rejected replay\n${EXIT_CODES}`,
    );

  command(
    rejected,
    'list',
    'what was put aside, why, and where it came from',
    [
      'vigie rejected list --since 2h',
      'vigie rejected list --code unknown_camera --camera quai-a',
      'vigie rejected list --json | jq .code',
    ],
    [logOptions, selectionOptions, jsonOption],
  ).action(async (words: SelectionWords & LogWords & { json: boolean }) => {
    const { listRejected } = await import('../operate/rejected/list.ts');
    done(await listRejected({ ...selectionFrom(words), json: words.json, log: logFrom(words) }));
  });

  command(
    rejected,
    'replay',
    'put frames that were refused through again, for when the reason has gone; repeats are dropped',
    ['vigie rejected replay --code unknown_camera --dry-run', 'vigie rejected replay --since 1d'],
    [logOptions, selectionOptions, jsonOption],
  )
    .option('--dry-run', 'look whether the records are still there, and append nothing', false)
    .action(async (words: SelectionWords & LogWords & { json: boolean; dryRun: boolean }) => {
      const { replayRejected } = await import('../operate/rejected/replay.ts');
      done(await replayRejected({ ...words, ...selectionFrom(words), log: logFrom(words) }));
    });

  command(
    vigie,
    'reconcile [received...]',
    'check end to end: what went in, was claimed, decided and told, and what subscribers received',
    [
      'vigie reconcile',
      'vigie reconcile archive.jsonl gendarmerie.jsonl     files that `vigie subscribe --json` wrote',
      'vigie reconcile --log kafka --live --json | jq .violations',
    ],
    [logOptions, jsonOption],
  )
    .option('--live', 'the installation is at work: what was decided last may still be on its way', false)
    .action(async (received: readonly string[], words: LogWords & { live: boolean; json: boolean }) => {
      const { reconcileLog } = await import('../operate/reconcile/command.ts');
      done(await reconcileLog({ ...words, received, log: logFrom(words) }));
    });

  command(
    vigie,
    'evaluate [dir]',
    'run clips that have ground truth, or rendered scenes, through the real path and score the result',
    [
      'vigie evaluate ../shared/data',
      'vigie evaluate ../shared/data --clip pets09_s2l1 --json out.json',
      'vigie evaluate ../shared/data --objects ../shared/data/tracks',
      'vigie evaluate --scenes 100 --hours 10 --seed 5000 --jobs 2',
      'vigie evaluate --scenes 20 --types fire,weapon --sensitivity high',
      'vigie evaluate --scenes 0 --hours 20 --every-step --jobs 2',
    ],
    [],
  )
    .option('--clip <name>', 'only this clip')
    .option('--json <file>', 'write the result, in full')
    .option(
      '--objects <dir>',
      "people whom a detector found in the clips: dir/CLIP.det.txt, one box a line as in the MOTChallenge (frame from 1, id, left, top, width, height in the clip's pixels, confidence)",
    )
    .option('--scenes <n>', 'render n scenes per event type; 0: only hours without events', wholeNumberOrNone)
    .option('--hours <n>', 'with --scenes: camera-hours without events (default 1)', wholeNumberOrNone)
    .option('--seed <n>', 'with --scenes: the first seed (default 1)', wholeNumber)
    .option('--types <a,b>', 'with --scenes: only these event types', eventTypes)
    .option(
      '--sensitivity <step>',
      'of every rule: low, medium or high (default: as the site files say)',
      (word) => oneOf(word, SENSITIVITIES),
    )
    .addOption(
      new Option('--every-step', 'with --scenes: at low, medium and high in one pass').conflicts(
        'sensitivity',
      ),
    )
    .option('--leave-one-out', 'also at every sensitivity: does one clip alone hold the default in place?')
    .option('--variations', 'also with every clip seen otherwise: mirrored, darker, blurred, slower and more')
    .option('--jobs <n>', 'with --scenes: threads (default 1)', wholeNumber)
    .option('--fps <n>', 'with --scenes: analysed pictures a second (default 5)', wholeNumber)
    .option('--plain', 'with --scenes: without look-alikes, weather and faults of the view')
    .action(async (directory: string | undefined, words: EvaluateWords) => {
      if (words.scenes === undefined && directory === undefined)
        throw new InputError([fault('nothing_to_evaluate', 'dir', 'expected a directory, or --scenes')]);
      let code = OK;
      if (directory !== undefined) {
        const { evaluate } = await import('../operate/evaluate/evaluate.ts');
        code = await evaluate(directory, words);
      }
      if (words.scenes !== undefined) {
        const { evaluateScenes } = await import('../operate/evaluate/scenes.ts');
        const { scenes, hours = 1, seed = 1, clip: _, ...more } = words;
        code = Math.max(code, await evaluateScenes({ ...more, scenes, hours, seed }));
      }
      done(code);
    });
}

function eventTypes(text: string): readonly EventType[] {
  return text.split(',').map((word) => oneOf(word, EVENT_TYPES));
}

const selectionOptions: Words = (one) =>
  one
    .option('--code <reason>', 'only this reason (repeatable)', gather, [])
    .option('--camera <id>', 'only this camera, or site/camera (repeatable)', gather, [])
    .option('--since <when>', 'put aside at this time or later: 2h (ago), 2026-11-24T08:00', sinceMs);

function selectionFrom({ code, camera, since }: SelectionWords): Selection {
  return { codes: code, cameras: camera, ...(since !== undefined && { sinceMs: since }) };
}
