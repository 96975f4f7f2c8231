/** Commands and options about who may do what. */
import { fault, InputError } from '../errors.ts';
import { type EventType, ROLES, type Role } from '../model.ts';
import {
  address,
  type Command,
  command,
  type Done,
  EXIT_CODES,
  gather,
  jsonOption,
  OK,
  Option,
  sinceMs,
  type Words,
  wholeNumber,
} from './command.ts';
import { type LogWords, logFrom, logOptions } from './log-words.ts';

const KEY_KINDS = ['ed25519', 'es256', 'rs256'] as const;

/** Of the commands that serve. */
export const accessOptions: Words = (one) =>
  one
    .addOption(
      new Option(
        '--identities <file>',
        'who may do what (docs/identity.md); without it, anybody on loopback',
      ).env('VIGIE_IDENTITIES'),
    )
    .addOption(new Option('--tls-cert <file>', "PEM: the server's certificate").env('VIGIE_TLS_CERT'))
    .addOption(new Option('--tls-key <file>', 'PEM: its private key').env('VIGIE_TLS_KEY'))
    .addOption(
      new Option('--tls-client-ca <file>', 'PEM: who vouches for client certificates').env(
        'VIGIE_TLS_CLIENT_CA',
      ),
    );

/** Of the commands that call a server. */
export const serverOption: Words = (one) =>
  reachOptions(one.option('--server <host:port>', 'gRPC server', address, '127.0.0.1:50051'));

/** What proves who calls, and that the server is who it should be. */
export const reachOptions: Words = (one) =>
  one
    .addOption(
      new Option(
        '--bearer-file <file>',
        'holds the token that says who calls; read again when it changes',
      ).env('VIGIE_BEARER_FILE'),
    )
    .addOption(new Option('--tls', 'encrypt, and trust what the system trusts').env('VIGIE_TLS'))
    .addOption(new Option('--tls-ca <file>', 'PEM: encrypt, and trust this authority').env('VIGIE_TLS_CA'))
    .addOption(
      new Option('--tls-cert <file>', 'PEM: our certificate, where it says who calls').env('VIGIE_TLS_CERT'),
    )
    .addOption(new Option('--tls-key <file>', 'PEM: its private key').env('VIGIE_TLS_KEY'))
    .addOption(new Option('--tls-name <name>', "the name in the server's certificate, if it is another"));

export function identityCommands(vigie: Command, done: Done): void {
  auditCommands(vigie, done);
  const token = group(vigie, 'token', 'keys and tokens for people and machines', [
    'vigie token key --dir ./pki',
    'vigie token issue --key ./pki/tokens.key --name "A. Martin" --role agent --site gare-exemple --all-events \\',
    '      --from 2026-11-01 --to 2027-01-31 --out martin.token',
  ]);

  command(
    token,
    'key',
    'make a key pair; again, with the old private key moved away, to change it',
    ['vigie token key --dir ./pki'],
    [dirOption],
  )
    .addOption(new Option('--kind <kind>', 'of signature').choices(KEY_KINDS).default('ed25519'))
    .action(async (words: { dir: string; kind: (typeof KEY_KINDS)[number] }) => {
      const { tokenKey } = await import('../operate/keys.ts');
      done(say(await tokenKey(words)));
    });

  command(
    token,
    'issue',
    'sign a token that says who somebody is and what they may do',
    [
      'vigie token issue --key ./pki/tokens.key --name pis --role subscriber --all-sites --type density --days 90',
    ],
    [],
  )
    .requiredOption('--key <file>', 'the private key: tokens.key')
    .requiredOption('--name <name>', 'of the person or machine; stands in verdicts and in the audit')
    .addOption(new Option('--role <role>', 'what they are').choices(ROLES).makeOptionMandatory())
    .option('--site <id>', 'a site in their scope (repeatable)', gather, [])
    .option('--all-sites', 'every site, also those to come', false)
    .addOption(
      new Option('--type <event>', 'an event type in their scope (repeatable)').argParser(gather).default([]),
    )
    .option('--all-events', 'every event type', false)
    .option('--agent-names', 'a subscriber sees which agent decided', false)
    .option('--days <n>', 'until it expires', wholeNumber, 30)
    .option('--from <day>', 'first day of the habilitation: agents, supervisors, auditors')
    .option('--to <day>', 'last day of it')
    .option('--issuer <name>', 'as in the register', 'vigie')
    .option('--audience <name>', 'as in the register', 'vigie')
    .option('--out <file>', 'write the token there instead of printing it')
    .action(async (words: IssueWords) => {
      const { tokenIssue } = await import('../operate/keys.ts');
      const sites = chosen(words.site, words.allSites, '--site', '--all-sites');
      const events = chosen(words.type, words.allEvents, '--type', '--all-events') as 'all' | EventType[];
      const issued = await tokenIssue({ ...words, sites, events }, Date.now());
      if (issued.token !== undefined) process.stdout.write(`${issued.token}\n`);
      for (const line of issued.lines) process.stderr.write(`${line}\n`);
      done(OK);
    });

  const certs = group(vigie, 'certs', 'a small certificate authority for set-up', [
    'vigie certs ca --dir ./pki',
    'vigie certs server vigie.example 10.0.0.5 --dir ./pki',
    'vigie certs client edge-01.example --dir ./pki',
  ]);
  // What draws certificates up is loaded by those who ask for it only.
  const keys = () => import('../operate/keys.ts');

  command(certs, 'ca', 'make the authority', ['vigie certs ca --dir ./pki'], [dirOption])
    .option('--name <name>', 'what it is called', 'Vigie')
    .option('--days <n>', 'until it expires', wholeNumber, 3_650)
    .action(async (words: { dir: string; name: string; days: number }) =>
      done(say(await (await keys()).certsCa(words, words.name, Date.now()))),
    );

  command(
    certs,
    'server <host...>',
    'a certificate for a server, by the names and addresses that clients call',
    ['vigie certs server localhost 127.0.0.1 --dir ./pki'],
    [dirOption],
  )
    .option('--days <n>', 'until it expires', wholeNumber, 397)
    .action(async (hosts: string[], words: { dir: string; days: number }) =>
      done(say(await (await keys()).certsServer(words, hosts, Date.now()))),
    );

  command(
    certs,
    'client <name>',
    'a certificate for a machine that calls',
    ['vigie certs client edge-01.example --dir ./pki'],
    [dirOption],
  )
    .option('--days <n>', 'until it expires', wholeNumber, 397)
    .action(async (name: string, words: { dir: string; days: number }) =>
      done(say(await (await keys()).certsClient(words, name, Date.now()))),
    );
}

function auditCommands(vigie: Command, done: Done): void {
  const audit = group(vigie, 'audit', 'who did what, and who was kept from what', [
    'vigie audit list --since 2h',
  ]);
  command(
    audit,
    'list',
    'verdicts, and calls that were refused, oldest first',
    ['vigie audit list --since 2h', 'vigie audit list --who "A. Martin" --json | jq .result'],
    [logOptions, jsonOption],
  )
    .addOption(new Option('--since <when>', '90s, 30m, 2h, 3d ago, or a date').argParser(sinceMs))
    .option('--who <name>', 'only what this one did')
    .action(async ({ since, ...words }: LogWords & { json: boolean; who?: string; since?: number }) => {
      const { listAudit } = await import('../operate/audit.ts');
      const from = since === undefined ? {} : { sinceMs: since };
      done(await listAudit({ ...words, log: logFrom(words), ...from }));
    });
}

interface IssueWords {
  readonly key: string;
  readonly name: string;
  readonly role: Role;
  readonly site: readonly string[];
  readonly allSites: boolean;
  readonly type: readonly string[];
  readonly allEvents: boolean;
  readonly agentNames: boolean;
  readonly days: number;
  readonly from?: string;
  readonly to?: string;
  readonly issuer: string;
  readonly audience: string;
  readonly out?: string;
}

const dirOption: Words = (one) => one.option('--dir <dir>', 'where the files go', 'pki');

function group(vigie: Command, word: string, description: string, examples: readonly string[]): Command {
  const lines = examples.map((line) => `  ${line}`).join('\n');
  return vigie
    .command(word)
    .description(description)
    .helpCommand(false)
    .addHelpText('after', `\nExamples:\n${lines}\n${EXIT_CODES}`);
}

/** A scope is written, never meant: one of the two must be given. */
function chosen(
  some: readonly string[],
  all: boolean,
  one: string,
  every: string,
): 'all' | readonly string[] {
  if (all === some.length > 0)
    throw new InputError([
      fault(
        'scope_unclear',
        one,
        `expected ${one} or ${every}, ${all ? 'not both' : 'and neither was given'}`,
      ),
    ]);
  return all ? 'all' : some;
}

function say(lines: readonly string[]): number {
  for (const line of lines) process.stdout.write(`${line}\n`);
  return OK;
}
