/**
 * The project's own text files, and what the rules of the house need to know about each.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Source {
  /** Relative to the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
  /** Loaded when it is come to: `import('...')`. */
  readonly dynamic?: true;
}

export const ROOT = path.resolve(fileURLToPath(import.meta.url), '../../../..');

const NOT_OURS = new Set(['node_modules', 'dist', '.git', '.vigie', '.kafka', 'coverage', 'generated']);
const TEXT = /\.(tsx?|json|ya?ml|proto|md|html|css|js|sh)$|^[^.]+$|^\.(npmrc|gitignore)$/;

/** Every text file that belongs to the project. */
export function sources(): readonly Source[] {
  const walk = (folder: string): string[] =>
    readdirSync(path.join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
      const at = path.posix.join(folder, entry.name);
      if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : walk(at);
      return entry.isFile() && TEXT.test(entry.name) ? [at] : [];
    });
  return walk('.').map((file) => ({ path: file, text: readFileSync(path.join(ROOT, file), 'utf8') }));
}

/** Text without comments; strings stay. Line breaks stay, so that line numbers hold. */
export function withoutComments(text: string): string {
  const token = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
  return text.replace(token, (found) =>
    found.startsWith('/*') || found.startsWith('//') ? found.replace(/[^\n]/g, '') : found,
  );
}

/** Static, dynamic and re-exporting imports. */
export function importsOf(text: string): readonly Import[] {
  const code = withoutComments(text);
  const out: Import[] = [];
  const statement = /^\s*(?:import|export)\b([^'";=]*?)\bfrom\s*['"]([^'"]+)['"]/gm;
  for (const [, clause = '', specifier = ''] of code.matchAll(statement)) {
    const names = /\{([^}]*)\}/
      .exec(clause)?.[1]
      ?.split(',')
      .map((name) => name.trim())
      .filter(Boolean);
    const allTypes = names !== undefined && names.length > 0 && names.every((name) => /^type\s/.test(name));
    const bare = /^\s*\{/.test(clause);
    out.push({ specifier, typeOnly: /^\s*type\s/.test(clause) || (bare && allTypes) });
  }
  const sideEffect = /^\s*import\s*['"]([^'"]+)['"]/gm;
  const dynamic = /\bimport\(\s*['"]([^'"]+)['"]/g;
  const required = /\b(?:require|require\.resolve)\(\s*['"]([^'"]+)['"]/g;
  for (const pattern of [sideEffect, required]) {
    for (const [, specifier = ''] of code.matchAll(pattern)) out.push({ specifier, typeOnly: false });
  }
  for (const [, specifier = ''] of code.matchAll(dynamic))
    out.push({ specifier, typeOnly: false, dynamic: true });
  return out;
}

/** `a/b.ts` seen from `c/d.ts`; undefined for packages. */
export function resolveImport(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return path.posix.normalize(path.posix.join(path.posix.dirname(from), specifier));
}

/** Name of the npm package, undefined for our own files and for Node's modules. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return undefined;
  const [scope = '', name = ''] = specifier.split('/');
  return scope.startsWith('@') ? `${scope}/${name}` : scope;
}
