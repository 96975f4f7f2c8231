/** What is loaded before anything runs: static imports, followed from one file. Types and dynamic imports load nothing. */
import { importsOf, packageOf, resolveImport, type Source } from './source.ts';

/** Names of the npm packages that are loaded together with the file, sorted. */
export function packagesAtOnce(files: readonly Source[], entry: string): readonly string[] {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const reached = new Set([entry]);
  const packages = new Set<string>();
  // A set is walked in the order of insertion, and what is added meanwhile is walked too.
  for (const path of reached) {
    for (const { specifier, typeOnly, dynamic } of importsOf(texts.get(path) ?? '')) {
      if (typeOnly || dynamic) continue;
      const target = resolveImport(path, specifier);
      const name = packageOf(specifier);
      if (target !== undefined) reached.add(target);
      if (name !== undefined) packages.add(name);
    }
  }
  return [...packages].sort();
}
