/** What the commands are made of. The only user of the commander package. */
import { Command, CommanderError, Help, InvalidArgumentError, Option } from 'commander';
import { INTERRUPTED } from '../operate/until-told.ts';

export { Command, CommanderError, Option };

export const OK = 0;
export const FAILED = 1;
export const BAD_INPUT = 2;

export const EXIT_CODES = `
Exit codes: ${OK} ok, ${FAILED} failed, ${BAD_INPUT} usage or bad input, ${INTERRUPTED} interrupted.`;

/** The command that all others belong to: how help looks and how wrong words are refused, they take from it. */
export function topCommand(name: string): Command {
  return new Command(name)
    .helpCommand(false)
    .configureHelp({ sortSubcommands: false, optionDescription: withoutEmptyDefault })
    .configureOutput({ outputError: (text, write) => write(asFault(text)) })
    .showHelpAfterError('(--help shows what can be given)');
}

/** `(default: false)` and `(default: [])` say nothing that is not known. */
function withoutEmptyDefault(option: Option): string {
  const { defaultValue } = option;
  const isEmpty = defaultValue === false || (Array.isArray(defaultValue) && defaultValue.length === 0);
  if (!isEmpty || option.defaultValueDescription) return new Help().optionDescription(option);
  const bare: Option = Object.assign(Object.create(Object.getPrototypeOf(option) as object), option);
  bare.defaultValue = undefined;
  return new Help().optionDescription(bare);
}

/** What commander says of wrong words, as all other faults are said: code, place, what was found and expected. */
function asFault(text: string): string {
  const found =
    /^error: option '(?:-\w, )?(--[\w-]+)[^']*' (?:argument|value) '(.*)'( from env '\w+')? is invalid\. (.*)$/s.exec(
      text,
    );
  if (found === null) return text.replace(/^error: /, 'usage: ');
  const [, option, value, from = '', why = ''] = found;
  return `bad_option: ${option}: '${value}'${from}, ${why.replace(/^Allowed choices are (.*)\.$/m, 'expected one of $1')}`;
}

/** Given the exit code when a command is done. */
export type Done = (exitCode: number) => void;

/** Options that several commands share. */
export type Words = (command: Command) => Command;

export function command(
  parent: Command,
  words: string,
  description: string,
  examples: readonly string[],
  shared: readonly Words[],
): Command {
  const one = parent
    .command(words)
    .description(description)
    .addHelpText('after', `\nExamples:\n${examples.map((line) => `  ${line}`).join('\n')}\n${EXIT_CODES}`);
  for (const add of shared) add(one);
  return one;
}

export const devOption: Words = (one) =>
  one.option('--dev', 'development: accept a site without an authorisation', false);

export const jsonOption: Words = (one) => one.option('--json', 'print JSON', false);

/** The word itself, if it is one of those known. */
export function oneOf<T extends string>(word: string, known: readonly T[]): T {
  const found = known.find((one) => one === word);
  if (found !== undefined) return found;
  throw new InvalidArgumentError(`expected ${known.join(', ')}${word === '' ? '' : `, found '${word}'`}`);
}

/** As wholeNumber, but none at all is an answer too. */
export function wholeNumberOrNone(text: string): number {
  return numberFrom(text, 0);
}

export function wholeNumber(text: string): number {
  return numberFrom(text, 1);
}

function numberFrom(text: string, least: number): number {
  if (!/^(?:0|[1-9]\d{0,8})$/.test(text) || Number(text) < least)
    throw new InvalidArgumentError(`expected a whole number, at least ${least}`);
  return Number(text);
}

/** `127.0.0.1:50051`, `[::1]:50051`. */
export function hostAndPort(text: string): { host: string; port: number } {
  const found = /^(?:\[([0-9a-f:]+)\]|([^:\s]+)):(\d{1,5})$/i.exec(text);
  const port = Number(found?.[3]);
  if (found === null || port > 65_535)
    throw new InvalidArgumentError('expected host:port, as in 127.0.0.1:50051');
  return { host: found[1] ?? found[2]!, port };
}

/** As hostAndPort, but it stays the text that it was. */
export function address(text: string): string {
  hostAndPort(text);
  return text;
}

/** `gare-a:50051,gare-b:50051` */
export function addresses(text: string): readonly string[] {
  return listed(text).map(address);
}

/** `1/3`: the first of three. */
export function partOf(text: string): { part: number; of: number } {
  const found = /^(\d{1,4})\/(\d{1,4})$/.exec(text);
  const [part, of] = [Number(found?.[1]), Number(found?.[2])];
  if (found === null || part < 1 || part > of) throw new InvalidArgumentError('expected N/M, as in 1/3');
  return { part, of };
}

/** `a,b,c`, without empty ones. */
export function listed(text: string): readonly string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

const UNITS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `30m`, `24h`, `3d`. */
export function durationMs(text: string): number {
  const [, amount, unit] = /^([1-9]\d{0,5})([smhd])$/.exec(text) ?? [];
  if (amount === undefined) throw new InvalidArgumentError('expected 90s, 30m, 24h or 3d');
  return Number(amount) * UNITS_MS[unit!]!;
}

/** `2h` ago, or a date; ms since the Unix epoch. */
export function sinceMs(text: string): number {
  const ago = /^(\d{1,6})([smhd])$/.exec(text);
  const ms = ago === null ? Date.parse(text) : Date.now() - Number(ago[1]) * UNITS_MS[ago[2]!]!;
  if (Number.isNaN(ms))
    throw new InvalidArgumentError('expected 90s, 30m, 2h, 3d or a date as 2026-11-24T08:00');
  return ms;
}

export function gather(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}
