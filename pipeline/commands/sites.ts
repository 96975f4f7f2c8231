/** Commands that watch a site: all in one process, or a part of it. */

import type { AccessWords } from '../operate/access.ts';
import type { ReachWords } from '../operate/reach.ts';
import type { Share } from '../operate/share.ts';
import type { Site } from '../site/site.ts';
import type { ClipServer } from '../topology/clips.ts';
import type { Pace } from '../topology/ingest.ts';
import type { Overload } from '../topology/turns.ts';
import {
  addresses,
  type Command,
  command,
  type Done,
  devOption,
  durationMs,
  hostAndPort,
  jsonOption,
  listed,
  Option,
  partOf,
  type Words,
  wholeNumber,
} from './command.ts';
import { httpOption } from './console.ts';
import { accessOptions, reachOptions } from './identities.ts';
import { type LogWords, logFrom, logOptions, sharedLogOptions } from './log-words.ts';

interface SiteWords extends LogWords {
  readonly dev: boolean;
  readonly json: boolean;
}

interface SourceWords {
  readonly pace: Pace;
  readonly loop: boolean;
  readonly spoolMb: number;
  readonly clipsMb: number;
  readonly clipsKeep: number;
}

interface ClipWords extends Omit<ReachWords, 'server'> {
  readonly clipsTo: readonly string[];
}

interface OverloadWords {
  readonly overload: Overload;
}

interface GrpcWords extends AccessWords {
  readonly grpc: { readonly host: string; readonly port: number };
}

interface ConsoleWords {
  readonly http: { readonly host: string; readonly port: number };
  /** `--no-console` */
  readonly console: boolean;
}

interface ShareWords {
  readonly cameras?: readonly string[];
  readonly share?: { readonly part: number; readonly of: number };
}

export function siteCommands(vigie: Command, done: Done): void {
  command(
    vigie,
    'start',
    'watch a rendered demo station, everything in one process',
    ['vigie start', 'vigie start --grpc 127.0.0.1:0 --http 127.0.0.1:0 --data ./demo'],
    [logOptions, grpcOption, consoleOption, sourceOptions, overloadOption, statusOption],
  ).action(async (words: SiteWords & SourceWords & OverloadWords & GrpcWords & ConsoleWords) => {
    const { demoSite } = await import('../ingest/scenes/index.ts');
    const { parseSite } = await import('../site/parse.ts');
    const { start } = await import('../operate/start.ts');
    const site = parseSite(demoSite(), { file: 'demo', dev: true });
    done(await start({ ...stationFrom(words), loop: true, log: logFrom(words), site }));
  });

  command(
    vigie,
    'run <site.yaml>',
    'watch the cameras of a site file, everything in one process',
    [
      'vigie run station.yaml',
      'vigie run station.yaml --dev --loop            no authorisation yet, files begin again when they end',
      'vigie run station.yaml --log kafka --brokers 127.0.0.1:9092',
      'vigie run station.yaml --json | jq .framesPerSecond',
    ],
    [logOptions, grpcOption, consoleOption, sourceOptions, overloadOption, statusOption, devOption],
  ).action(
    async (file: string, words: SiteWords & SourceWords & OverloadWords & GrpcWords & ConsoleWords) => {
      const site = await siteOf(file, words);
      const { start } = await import('../operate/start.ts');
      done(await start({ ...stationFrom(words), log: logFrom(words), site }));
    },
  );

  command(
    vigie,
    'ingest <site.yaml>',
    'watch cameras of a site and put what they see on the log, beside other processes',
    [
      'vigie ingest station.yaml                        all cameras of the site',
      'vigie ingest station.yaml --share 1/3            a third of them; two more processes take 2/3 and 3/3',
      'vigie ingest station.yaml --cameras quai-a,hall  these',
    ],
    [sharedLogOptions, sourceOptions, clipOptions, statusOption, devOption],
  )
    .addOption(new Option('--cameras <a,b,...>', 'only these cameras').argParser(listed).conflicts('share'))
    .addOption(new Option('--share <n/m>', 'only the n-th of m shares of the cameras').argParser(partOf))
    .action(async (file: string, words: SiteWords & SourceWords & ShareWords & ClipWords) => {
      const site = await siteOf(file, words);
      const { ingestPart } = await import('../operate/parts.ts');
      done(
        await ingestPart({
          ...words,
          ...spoolFrom(words),
          clipsTo: await clipServers(words),
          share: shareFrom(words),
          log: logFrom(words),
          site,
        }),
      );
    });

  command(
    vigie,
    'worker <site.yaml>',
    'measure and judge what is on the log, beside other processes; any number share the work',
    ['vigie worker station.yaml --brokers 10.0.0.1:9092,10.0.0.2:9092', 'vigie worker station.yaml --json'],
    [sharedLogOptions, overloadOption, statusOption, devOption],
  ).action(async (file: string, words: SiteWords & OverloadWords) => {
    const site = await siteOf(file, words);
    const { workerPart } = await import('../operate/parts.ts');
    done(await workerPart({ ...words, log: logFrom(words), site }));
  });

  command(
    vigie,
    'serve <site.yaml>',
    'serve agents and subscribers of a site, beside other processes',
    ['vigie serve station.yaml', 'vigie serve station.yaml --grpc 127.0.0.1:50052'],
    [sharedLogOptions, grpcOption, statusOption, devOption],
  ).action(async (file: string, words: SiteWords & GrpcWords) => {
    const site = await siteOf(file, words);
    const { servePart } = await import('../operate/parts.ts');
    done(await servePart({ ...words, ...words.grpc, log: logFrom(words), site }));
  });

  command(
    vigie,
    'check <site.yaml>',
    'say everything that is wrong with a site file, or what it watches',
    ['vigie check station.yaml', 'vigie check station.yaml --json'],
    [devOption, jsonOption],
  ).action(async (file: string, words: { dev: boolean; json: boolean }) => {
    const { check } = await import('../operate/check.ts');
    done(await check(file, words));
  });
}

async function siteOf(file: string, words: SiteWords): Promise<Site> {
  const { loadSite } = await import('../site/parse.ts');
  return loadSite(file, words);
}

const grpcOption: Words = (one) =>
  accessOptions(one).addOption(
    new Option('--grpc <host:port>', 'where agents and subscribers connect; port 0 takes a free one')
      .argParser(hostAndPort)
      .default({ host: '127.0.0.1', port: 50_051 }, '127.0.0.1:50051'),
  );

const consoleOption: Words = (one) =>
  one.addOption(httpOption()).option('--no-console', 'without the console for browsers');

const sourceOptions: Words = (one) =>
  one
    .addOption(
      new Option('--pace <pace>', 'files at the time they were taken, or as fast as they can be read')
        .choices(['real', 'fast'])
        .default('real'),
    )
    .option('--loop', 'begin again when a source ends', false)
    .addOption(
      new Option('--spool-mb <n>', 'disk space in the data directory for frames while Kafka is away')
        .argParser(wholeNumber)
        .default(1_024),
    )
    .addOption(
      new Option('--clips-mb <n>', 'space for clips that candidates asked for; full, the oldest goes')
        .argParser(wholeNumber)
        .default(1_024),
    )
    .addOption(
      new Option('--clips-keep <duration>', 'how long a clip is kept, from the cut: 30m, 24h, 3d')
        .argParser(durationMs)
        .default(86_400_000, '24h'),
    );

const spoolFrom = ({ spoolMb, clipsMb, clipsKeep }: SourceWords) => ({
  spoolBytes: spoolMb * 1_000_000,
  clipSpace: { bytesMax: clipsMb * 1_000_000, keptMs: clipsKeep },
});

const clipOptions: Words = (one) =>
  reachOptions(
    one.addOption(
      new Option('--clips-to <host:port,...>', 'servers that get the clips that agents ask for')
        .argParser(addresses)
        .default([], 'nobody'),
    ),
  );

async function clipServers({ clipsTo, ...words }: ClipWords): Promise<readonly ClipServer[]> {
  const { reach } = await import('../operate/reach.ts');
  return clipsTo.map((server) => ({ address: server, ...reach({ ...words, server }) }));
}

function stationFrom(words: SiteWords & SourceWords & OverloadWords & GrpcWords & ConsoleWords) {
  const { http, console, ...rest } = words;
  return { ...rest, ...words.grpc, ...spoolFrom(words), ...(console && { http }) };
}

const overloadOption: Words = (one) =>
  one.addOption(
    new Option('--overload <policy>', 'more frames than can be measured: let them wait, or skip the oldest')
      .choices(['keep_all', 'keep_fresh'])
      .default('keep_all'),
  );

const statusOption: Words = (one) => one.option('--json', 'status as JSON lines', false);

function shareFrom({ cameras, share }: ShareWords): Share {
  if (cameras !== undefined) return { kind: 'named', cameras };
  return share === undefined ? { kind: 'all' } : { kind: 'part', ...share };
}
