/** Files that import each other in a circle have no first one to read. Types count: whoever reads follows them too. */
import { importsOf, resolveImport, type Source } from './source.ts';

/** The files of every circle, and those between two of them; none where all can be read from the bottom up. */
export function circling(files: readonly Source[]): readonly string[] {
  const left = new Map(files.map((file) => [file.path, importedBy(file)]));
  for (let settled = true; settled; ) {
    settled = false;
    for (const [path, imported] of left) {
      if (imported.some((one) => left.has(one)) && !isTop(path, left)) continue;
      left.delete(path);
      settled = true;
    }
  }
  return [...left.keys()].sort();
}

function importedBy({ path, text }: Source): readonly string[] {
  // Kernels are imported without an ending.
  const named = (target: string) => (path.startsWith('kernels/') ? `${target}.ts` : target);
  return importsOf(text).flatMap(({ specifier }) => {
    const target = resolveImport(path, specifier);
    return target === undefined ? [] : [named(target)];
  });
}

/** Nobody who is left imports it. */
function isTop(path: string, left: ReadonlyMap<string, readonly string[]>): boolean {
  for (const imported of left.values()) if (imported.includes(path)) return false;
  return true;
}
