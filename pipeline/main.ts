#!/usr/bin/env node
/** The `vigie` command. The only user of the commander package: it reads the words, `operate/` does the work. */
import path from 'node:path';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { describeFault, fault, InputError } from './errors.ts';
import { LogFailure } from './log/port.ts';
import { REJECT_REASONS } from './model.ts';
import { check } from './operate/check.ts';
import { evaluate } from './operate/evaluate/evaluate.ts';
import { LOG_KINDS, type LogChoice, type LogKind } from './operate/log.ts';
import { review } from './operate/review.ts';
import { INTERRUPTED, start } from './operate/start.ts';
import { subscribe } from './operate/subscribe.ts';
import { topics } from './operate/topics.ts';
import { RpcError } from './serve/client.ts';
import { loadSite, parseSite } from './site/parse.ts';
import { release } from './topology/build.ts';
import type { Pace } from './topology/ingest.ts';

const OK = 0;
const FAILED = 1;
const BAD_INPUT = 2;

const EXIT_CODES = `
Exit codes: ${OK} ok, ${FAILED} failed, ${BAD_INPUT} usage or bad input, ${INTERRUPTED} interrupted.`;

interface LogWords {
  readonly log: LogKind;
  readonly data: string;
  readonly brokers: string;
}

interface EvaluateWords {
  readonly clip?: string;
  readonly json?: string;
  readonly scenes?: number;
  readonly hours?: number;
  readonly seed?: number;
}

interface StationWords extends LogWords {
  readonly grpc: { readonly host: string; readonly port: number };
  readonly pace: Pace;
  readonly loop: boolean;
  readonly json: boolean;
}

function program(done: (exitCode: number) => void): Command {
  const vigie = new Command('vigie')
    .description(
      'Watches the cameras of a rail network for eight kinds of dangerous event, puts each before a human agent, ' +
        'and passes on to subscribers only what an agent has confirmed.',
    )
    .version(release(), '-V, --version')
    .helpCommand(false)
    .configureHelp({ sortSubcommands: false })
    .addHelpText(
      'after',
      `
Examples:
  vigie start                       a rendered demo station, everything in one process
  vigie run station.yaml            watch the cameras of a site
  vigie review                      what waits for an agent, and what the agent decides
  vigie subscribe                   verified events as they come
${EXIT_CODES}`,
    );

  command(
    vigie,
    'start',
    'watch a rendered demo station, everything in one process',
    ['vigie start', 'vigie start --grpc 127.0.0.1:0 --data ./demo'],
    [logOptions, stationOptions],
  ).action(async (words: StationWords) => {
    // Only the demo loads what draws it.
    const { demoSite } = await import('./ingest/scenes/index.ts');
    done(
      await start({
        ...stationFrom({ ...words, loop: true }),
        site: parseSite(demoSite(), { file: 'demo', dev: true }),
      }),
    );
  });

  command(
    vigie,
    'run <site.yaml>',
    'watch the cameras of a site file',
    [
      'vigie run station.yaml',
      'vigie run station.yaml --dev --loop            no authorisation yet, files begin again when they end',
      'vigie run station.yaml --log kafka --brokers 127.0.0.1:9092',
      'vigie run station.yaml --json | jq .framesPerSecond',
    ],
    [logOptions, stationOptions, devOption],
  ).action(async (file: string, words: StationWords & { dev: boolean }) => {
    const site = await loadSite(file, { dev: words.dev });
    done(await start({ ...stationFrom(words), site }));
  });

  command(
    vigie,
    'check <site.yaml>',
    'say everything that is wrong with a site file, or what it watches',
    ['vigie check station.yaml', 'vigie check station.yaml --json'],
    [devOption, jsonOption],
  ).action(async (file: string, words: { dev: boolean; json: boolean }) => done(await check(file, words)));

  command(
    vigie,
    'review',
    'what waits for an agent, and what the agent decides',
    [
      'vigie review                                    look and decide, one candidate after the other',
      'vigie review --list                             only list what waits',
      'vigie review --confirm REF --agent "A. Martin"   decide one',
      'vigie review --reject REF --reason false --agent "A. Martin"',
    ],
    [serverOption, jsonOption],
  )
    .addOption(new Option('--agent <name>', 'who decides (development identity)').env('VIGIE_AGENT'))
    .option('--list', 'list what waits and end', false)
    .option('--all', 'list what is decided too', false)
    .option('--confirm <ref>', 'confirm this candidate; a ref or an id, as the list prints them')
    .option('--reject <ref>', 'reject it')
    .addOption(new Option('--reason <code>', 'with --reject: why').choices(REJECT_REASONS))
    .option('--claim <ref>', 'keep it from other agents for a minute')
    .option('--release <ref>', 'give a claim back')
    .option('--reverse <ref>', 'take back what was decided')
    .option('--note <text>', 'a sentence kept with the verdict')
    .action(async (words) => done(await review(words)));

  command(
    vigie,
    'subscribe',
    'print verified events as they come',
    [
      'vigie subscribe',
      'vigie subscribe --from-start --type density --type wrong_way',
      'vigie subscribe --json >> events.jsonl',
    ],
    [serverOption, jsonOption],
  )
    .option('--from-start', 'begin with the oldest event that is kept', false)
    .option('--resume <token>', 'go on after the message that carried this token (hex)')
    .option('--token-file <file>', 'go on where this file says, and keep it up to date')
    .option('--site <id>', 'only this site (repeatable)', gather, [])
    .option('--camera <id>', 'only this camera (repeatable)', gather, [])
    .option('--type <event>', 'only this type of event (repeatable)', gather, [])
    .option('--severity <least>', 'only this severe and worse')
    .option('--count <n>', 'end after n events', wholeNumber)
    .action(async (words) => done(await subscribe(words)));

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
    .action(async (words) => done(await topics({ ...words, log: logFrom(words) })));

  command(
    vigie,
    'evaluate [dir]',
    'run clips that have ground truth, or rendered scenes, through the real path and score the result',
    [
      'vigie evaluate ../shared/data',
      'vigie evaluate ../shared/data --clip pets09_s2l1 --json out.json',
      'vigie evaluate --scenes 100 --hours 10 --seed 5000',
    ],
    [],
  )
    .option('--clip <name>', 'only this clip')
    .option('--json <file>', 'write the result of the clips, in full')
    .option('--scenes <n>', 'render n scenes per event type', wholeNumber)
    .option('--hours <n>', 'with --scenes: camera-hours without events (default 1)', wholeNumber)
    .option('--seed <n>', 'with --scenes: the first seed (default 1)', wholeNumber)
    .action(async (directory: string | undefined, words: EvaluateWords) => {
      if (words.scenes === undefined && directory === undefined)
        throw new InputError([fault('nothing_to_evaluate', 'dir', 'expected a directory, or --scenes')]);
      let code = OK;
      if (directory !== undefined) code = await evaluate(directory, words);
      if (words.scenes !== undefined) {
        const { evaluateScenes } = await import('./operate/evaluate/scenes.ts');
        const { scenes, hours = 1, seed = 1 } = words;
        code = Math.max(code, await evaluateScenes({ scenes, hours, seed }));
      }
      done(code);
    });

  return vigie;
}

type Part = (command: Command) => Command;

function command(
  parent: Command,
  words: string,
  description: string,
  examples: readonly string[],
  parts: readonly Part[],
): Command {
  const one = parent
    .command(words)
    .description(description)
    .showHelpAfterError('(--help shows what can be given)')
    .addHelpText('after', `\nExamples:\n${examples.map((line) => `  ${line}`).join('\n')}\n${EXIT_CODES}`);
  for (const part of parts) part(one);
  return one;
}

const logOptions: Part = (one) =>
  one
    .addOption(new Option('--log <kind>', 'where records are kept').choices(LOG_KINDS).default('embedded'))
    .addOption(
      new Option('--data <dir>', 'data directory of the embedded log')
        .env('VIGIE_DATA_DIR')
        .default('.vigie'),
    )
    .addOption(
      new Option('--brokers <host:port,...>', 'with --log kafka')
        .env('KAFKA_BROKERS')
        .default('127.0.0.1:9092'),
    );

const stationOptions: Part = (one) =>
  one
    .addOption(
      new Option('--grpc <host:port>', 'where agents and subscribers connect; port 0 takes a free one')
        .argParser(hostAndPort)
        .default({ host: '127.0.0.1', port: 50_051 }, '127.0.0.1:50051'),
    )
    .addOption(
      new Option('--pace <pace>', 'files at the time they were taken, or as fast as they can be read')
        .choices(['real', 'fast'])
        .default('real'),
    )
    .option('--loop', 'begin again when a source ends', false)
    .option('--json', 'status as JSON lines', false);

const devOption: Part = (one) =>
  one.option('--dev', 'development: accept a site without an authorisation', false);

const jsonOption: Part = (one) => one.option('--json', 'print JSON', false);

const serverOption: Part = (one) => one.option('--server <host:port>', 'gRPC server', '127.0.0.1:50051');

function logFrom({ log, data, brokers }: LogWords): LogChoice {
  return {
    kind: log,
    data: path.resolve(data),
    brokers: brokers
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== ''),
  };
}

function stationFrom(words: StationWords) {
  const { grpc, pace, loop, json } = words;
  return { log: logFrom(words), ...grpc, pace, loop, json };
}

/** `127.0.0.1:50051`, `[::1]:50051`. */
function hostAndPort(text: string): { host: string; port: number } {
  const found = /^(?:\[([0-9a-f:]+)\]|([^:\s]+)):(\d{1,5})$/i.exec(text);
  const port = Number(found?.[3]);
  if (found === null || port > 65_535)
    throw new InvalidArgumentError('expected host:port, as in 127.0.0.1:50051');
  return { host: found[1] ?? found[2]!, port };
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('expected a whole number, at least 1');
  return Number(text);
}

function gather(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

/** Says what went wrong in words for people; returns the exit code. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? OK : BAD_INPUT;
  if (error instanceof InputError) {
    for (const one of error.faults) process.stderr.write(`${one.code}: ${describeFault(one)}\n`);
    return BAD_INPUT;
  }
  if (error instanceof RpcError && error.status === 'UNAVAILABLE' && error.code === 'unavailable') {
    process.stderr.write(
      'server_unavailable: no server answers there (start one with: vigie start; name another with --server)\n',
    );
    return FAILED;
  }
  if (error instanceof RpcError || error instanceof LogFailure) {
    process.stderr.write(`${error.code}: ${error.message}\n`);
    return FAILED;
  }
  // A mistake of ours: the trace is for whoever mends it, when asked for.
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  process.stderr.write(`failed: ${process.env.VIGIE_TRACE === undefined ? message : stack}\n`);
  return FAILED;
}

async function main(): Promise<number> {
  let exitCode = OK;
  const vigie = program((code) => {
    exitCode = code;
  });
  vigie.exitOverride();
  for (const one of vigie.commands) one.exitOverride();
  try {
    if (process.argv.length <= 2) vigie.help({ error: true });
    await vigie.parseAsync(process.argv);
    return exitCode;
  } catch (error) {
    return explain(error);
  }
}

// What was written must be out before the process ends; a broken pipe (| head) is nobody's mistake.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? OK : FAILED),
);
// Nothing that goes wrong far from any caller ends as a stack trace on a user's screen.
process.on('uncaughtException', (error) => process.exit(explain(error)));
process.exitCode = await main();
