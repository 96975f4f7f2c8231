/**
 * Files that prose names: links and paths in Markdown, file names in comments. Code that moves leaves them behind, and
 * no compiler says so.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { ROOT, type Source } from './source.ts';

/** Lies beside the clips, which are not in the project. */
const ELSEWHERE = new Set(['INDEX.md']);

const LINK = /\]\(([^)#\s]+)(?:#[^)\s]*)?\)/g;
const FOLDER = /(?<![\w./-])(?:pipeline|kernels|proto|bench|test|docs|deploy)\/[\w./-]*\w/g;
const FILE = /(?<![\w./:-])(?:[\w.-]+\/)*[\w-]+\.(?:tsx?|proto|md)(?![\w-])/g;
const COMMENT = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;

/** What Markdown links to or names, and what comments of code name, but is not there. */
export function namedFaults(files: readonly Source[], all: readonly Source[]): readonly string[] {
  const paths = all.map((one) => one.path);
  const isThere = (named: string): boolean =>
    ELSEWHERE.has(path.posix.basename(named)) ||
    paths.some((one) => one === named || one.endsWith(`/${named.replace(/^(?:\.\.?\/)+/, '')}`));
  return files.flatMap((file) => {
    const missing = file.path.endsWith('.md')
      ? [...deadLinks(file), ...foldersIn(file.text), ...namesIn(file.text).filter((one) => !isThere(one))]
      : commentsOf(file)
          .flatMap(namesIn)
          .filter((one) => !isThere(one));
    return [...new Set(missing)].map((one) => `${file.path} names ${one}, which is not there`);
  });
}

function deadLinks(file: Source): readonly string[] {
  return [...file.text.matchAll(LINK)]
    .map((match) => match[1] ?? '')
    .filter((target) => !target.includes('://'))
    .filter((target) => !existsSync(path.join(ROOT, path.dirname(file.path), target)));
}

function foldersIn(text: string): readonly string[] {
  return [...text.matchAll(FOLDER)]
    .map((match) => match[0])
    .filter((one) => !existsSync(path.join(ROOT, one)));
}

function namesIn(text: string): readonly string[] {
  return [...text.matchAll(FILE)].map((match) => match[0]);
}

function commentsOf(file: Source): readonly string[] {
  return /\.tsx?$/.test(file.path) ? [...file.text.matchAll(COMMENT)].map((match) => match[0]) : [];
}
