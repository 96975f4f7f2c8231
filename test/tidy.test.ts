/**
 * The rules of the house. Each one is also seen failing on a planted case, so that a silent rule is not taken for a
 * kept one.
 */
import { describe, expect, it } from 'vitest';
import { kernelModule } from '../pipeline/kernels.ts';
import { packagesAtOnce } from './support/tidy/at-once.ts';
import { circling } from './support/tidy/circles.ts';
import {
  importFaults,
  type Manifest,
  ownerFaults,
  pagePackageFaults,
  unplacedFiles,
} from './support/tidy/layout.ts';
import { namedFaults } from './support/tidy/named.ts';
import {
  clockFaults,
  LINES_MAX,
  lengthFaults,
  machinePathFaults,
  switchedOffFaults,
} from './support/tidy/purity.ts';
import { importsOf, type Source, sources, withoutComments } from './support/tidy/source.ts';
import {
  bytesFields,
  forbiddenIn,
  lockedPackages,
  lockFaults,
  modelNames,
  protoNames,
  WHO,
  wordsIn,
} from './support/tidy/words.ts';

const files = sources();
const file = (path: string): Source => {
  const found = files.find((one) => one.path === path);
  if (!found) throw new Error(`${path} is not in the project`);
  return found;
};
const planted = (path: string, text: string): Source[] => [{ path, text }];
const NONE: string[] = [];

describe('layout', () => {
  it('imports run one way', () => {
    // This file holds the planted cases.
    expect(importFaults(files.filter((one) => one.path !== 'test/tidy.test.ts'))).toEqual(NONE);
  });
  it('every file right under pipeline/ has its place', () => {
    expect(unplacedFiles(files)).toEqual(NONE);
    expect(unplacedFiles(planted('pipeline/helpers.ts', ''))).toEqual(['pipeline/helpers.ts']);
  });
  it.each([
    ['a stage imports its sibling', 'pipeline/detect/a.ts', "import { m } from '../measure/measure.ts';"],
    [
      'a stage imports a type of its sibling',
      'pipeline/detect/a.ts',
      "import type { M } from '../measure/m.ts';",
    ],
    ['a stage imports the wire', 'pipeline/measure/a.ts', "import { d } from '../../proto/messages.ts';"],
    ['detect calls kernels', 'pipeline/detect/a.ts', "import { k } from '../kernels.ts';"],
    ['the log knows the model', 'pipeline/log/a.ts', "import type { Frame } from '../model.ts';"],
    [
      'the wiring knows a command',
      'pipeline/topology/a.ts',
      "import { v } from '../operate/evaluate/chain.ts';",
    ],
    ['drive knows a stage by name', 'pipeline/drive.ts', "import { d } from './detect/detect.ts';"],
    ['drive knows one log', 'pipeline/drive.ts', "import { o } from './log/memory.ts';"],
    ['the model imports', 'pipeline/model.ts', "import { e } from './errors.ts';"],
    [
      'the wire takes values of the model',
      'proto/a.ts',
      "import { EVENT_TYPES } from '../pipeline/model.ts';",
    ],
    ['the product imports a test', 'pipeline/main.ts', "import { s } from '../test/support/s.ts';"],
    ['the product imports a bench', 'pipeline/operate/a.ts', "import { s } from '../../bench/s.ts';"],
    ['a kernel imports the model', 'kernels/a.ts', "import { x } from '../pipeline/model';"],
    ['a kernel imports a package', 'kernels/a.ts', "import { x } from 'as-something';"],
    ['an export is an import', 'pipeline/detect/a.ts', "export * from '../serve/serve.ts';"],
    ['so is a dynamic one', 'pipeline/detect/a.ts', "const a = await import('../serve/serve.ts');"],
    ['over several lines', 'pipeline/detect/a.ts', "import {\n  a,\n  b,\n} from '../serve/serve.ts';"],
  ])('sees: %s', (_, path, text) => {
    expect(importFaults(planted(path, text))).toHaveLength(1);
  });
  it.each([
    ['its own folder', 'pipeline/detect/a.ts', "import { b } from './b.ts';"],
    ['the words', 'pipeline/detect/a.ts', "import { a } from '../model.ts';"],
    ['types of the model on the wire', 'proto/a.ts', "import type { Frame } from '../pipeline/model.ts';"],
    ['types one by one', 'proto/a.ts', "import { type A, type B } from '../pipeline/model.ts';"],
    ['words in a comment', 'pipeline/detect/a.ts', "// import { m } from '../measure/measure.ts';"],
  ])('allows: %s', (_, path, text) => {
    expect(importFaults(planted(path, text))).toEqual(NONE);
  });
  it('and never in a circle', () => {
    expect(circling(files.filter((one) => one.path !== 'test/tidy.test.ts'))).toEqual(NONE);
    const round: Source[] = [
      { path: 'a/top.ts', text: "import { b } from './b.ts';" },
      { path: 'a/b.ts', text: "import { c } from '../c.ts';" },
      { path: 'c.ts', text: "import type { B } from './a/b.ts';\nimport { d } from './d.ts';" },
      { path: 'd.ts', text: '' },
    ];
    expect(circling(round)).toEqual(['a/b.ts', 'c.ts']);
    expect(circling(round.filter(({ path }) => path !== 'c.ts'))).toEqual(NONE);
  });
  it('a command loads what does its work, and not what does that of others', () => {
    expect(packagesAtOnce(files, 'pipeline/main.ts')).toEqual(['commander']);
    const some: Source[] = [
      { path: 'a.ts', text: "import './b.ts';\nimport type { D } from 'd';\nawait import('./e.ts');" },
      { path: 'b.ts', text: "import b from '@b/b/more';\nimport 'node:path';\nimport './a.ts';" },
      { path: 'e.ts', text: "import 'e';" },
    ];
    expect(packagesAtOnce(some, 'a.ts')).toEqual(['@b/b']);
  });
  it('tells types from values', () => {
    const text = "import { type A, b } from 'x';\nimport type C from 'y';\nimport 'z';";
    expect(importsOf(text)).toEqual([
      { specifier: 'x', typeOnly: false },
      { specifier: 'y', typeOnly: true },
      { specifier: 'z', typeOnly: false },
    ]);
  });
});

describe('packages', () => {
  it('every package of the product has exactly one owner file', () => {
    expect(ownerFaults(files, JSON.parse(file('package.json').text) as Manifest)).toEqual(NONE);
  });
  const manifest = { dependencies: { lmdb: '1' }, devDependencies: { vitest: '1' } };
  const owner = { path: 'pipeline/log/embedded.ts', text: "import { open } from 'lmdb';" };
  it.each([
    ['a second owner', [owner, { ...owner, path: 'pipeline/main.ts' }], '2 owners'],
    [
      'an import for types only',
      [owner, { path: 'pipeline/a.ts', text: "import type { R } from 'lmdb';" }],
      '2 owners',
    ],
    ['none', [], 'no file imports'],
    ['a tool in the product', [owner, { path: 'pipeline/a.ts', text: "import 'vitest';" }], 'not among'],
    ['an undeclared one', [owner, { path: 'proto/a.ts', text: "import x from '@s/p/deep.js';" }], '@s/p'],
  ])('sees: %s', (_, list, want) => {
    expect(ownerFaults(list, manifest).join('\n')).toContain(want);
    expect(ownerFaults([owner], manifest)).toEqual(NONE);
  });
  it('pages import what is bundled into them, and no more', () => {
    expect(pagePackageFaults(files)).toEqual(NONE);
    const page = (text: string) => planted('pipeline/console/web/a.tsx', text);
    expect(pagePackageFaults(page("import { z } from 'zod';"))).toHaveLength(1);
    expect(pagePackageFaults(page("import { useState } from 'preact/hooks';"))).toEqual(NONE);
    expect(importFaults(page("import { s } from '../../serve/serve.ts';"))).toHaveLength(1);
    expect(importFaults(page("import { fault } from '../../errors.ts';"))).toHaveLength(1);
  });
  it('the lock file records no download addresses', () => {
    expect(lockFaults(file('package-lock.json'))).toEqual(NONE);
    const text = JSON.stringify({ packages: { 'node_modules/a': { resolved: 'somewhere' } } });
    expect(lockFaults({ path: 'lock', text })).toHaveLength(1);
  });
});

describe('the pure middle', () => {
  it('knows neither clock nor chance', () => {
    expect(clockFaults(files)).toEqual(NONE);
  });
  it.each([
    ['Date.now()'],
    ['new Date()'],
    ['Math.random()'],
    ['performance.now()'],
    ['setTimeout(f, 1)'],
    ['setInterval(f, 1)'],
    ['process.hrtime.bigint()'],
    ['crypto.randomUUID()'],
  ])('sees: %s', (code) => {
    for (const path of ['pipeline/detect/a.ts', 'pipeline/site/a.ts', 'pipeline/review/ledger.ts']) {
      expect(clockFaults(planted(path, `const a = ${code};`))).toHaveLength(1);
    }
    expect(clockFaults(planted('pipeline/serve/a.ts', `const a = ${code};`))).toEqual(NONE);
    expect(clockFaults(planted('pipeline/detect/a.ts', `// not ${code}`))).toEqual(NONE);
  });
  it('may make a date from a number, and a hash', () => {
    const text = "import { createHash } from 'node:crypto';\nconst a = new Date(frame.capturedAtMs);";
    expect(clockFaults(planted('pipeline/detect/a.ts', text))).toEqual(NONE);
  });
});

describe('text', () => {
  it(`every file has fewer than ${LINES_MAX} lines`, () => {
    expect(lengthFaults(files)).toEqual(NONE);
    expect(lengthFaults(planted('a.ts', '\n'.repeat(LINES_MAX)))).toHaveLength(1);
    expect(lengthFaults(planted('a.ts', '\n'.repeat(LINES_MAX - 1)))).toEqual(NONE);
  });
  it('no file names a path of one machine', () => {
    expect(machinePathFaults(files)).toEqual(NONE);
    for (const folder of ['home', 'tmp', 'root', 'Users', 'mnt']) {
      expect(machinePathFaults(planted('a.md', `see /${folder}/me/x`)), folder).toHaveLength(1);
    }
    expect(machinePathFaults(planted('a.md', `./home/x, /${'usr'}/include, a/tmp/b`))).toEqual(NONE);
  });
  it('no test is switched off', () => {
    expect(switchedOffFaults(files)).toEqual(NONE);
    for (const code of ['it.only(', 'describe.skip(', 'test.concurrent.only(', 'it.todo(', 'xit(']) {
      expect(switchedOffFaults(planted('test/a.test.ts', `${code} 'x', f);`)), code).toHaveLength(1);
    }
    expect(switchedOffFaults(planted('test/a.test.ts', 'describe.skipIf(!here)(f);'))).toEqual(NONE);
  });
  it('what docs and comments name is there', () => {
    // This file and the one with the pattern hold planted names.
    const held = files.filter((one) => !/tidy/.test(one.path));
    expect(namedFaults(held, files)).toEqual(NONE);
    const faults = (path: string, text: string): readonly string[] => namedFaults(planted(path, text), files);
    expect(faults('docs/a.md', '[how](detection/none.md)')).toHaveLength(1);
    expect(faults('docs/a.md', 'see `pipeline/nowhere/`')).toHaveLength(1);
    expect(faults('docs/a.md', 'see `no-such-file.ts`')).toHaveLength(1);
    expect(faults('pipeline/a.ts', '// no-such-file.ts knows why')).toHaveLength(1);
    expect(faults('pipeline/a.ts', "import './no-such-file.ts';")).toEqual(NONE);
    expect(faults('docs/a.md', '[how](detection.md), `pipeline/model.ts`, `model.ts`')).toEqual(NONE);
  });
  it('comments are told from strings', () => {
    expect(withoutComments("a('//x'); // y\n/* z */ b")).toBe("a('//x'); \n b");
  });
});

describe('nothing says who anybody is', () => {
  const protos = files.filter((one) => one.path.endsWith('.proto'));

  it('no name in the schema', () => {
    expect(protos.length).toBeGreaterThan(0);
    expect(protos.flatMap((one) => forbiddenIn(protoNames(one.text), one.path))).toEqual(NONE);
  });
  it('no name in the model', () => {
    for (const words of ['pipeline/model.ts', 'pipeline/kinds.ts', 'pipeline/records.ts', 'pipeline/clip.ts'])
      expect(forbiddenIn(modelNames(file(words).text), words)).toEqual(NONE);
    expect(forbiddenIn(modelNames(file('pipeline/site/site.ts').text), 'site', WHO)).toEqual(NONE);
  });
  it('no package, however deep', () => {
    const names = lockedPackages(JSON.parse(file('package-lock.json').text));
    expect(names.length).toBeGreaterThan(100);
    expect(forbiddenIn(names, 'package-lock.json', WHO)).toEqual(NONE);
    const deep = { packages: { 'node_modules/a/node_modules/@b/face-api': {} } };
    expect(forbiddenIn(lockedPackages(deep), 'lock')).toHaveLength(1);
  });
  it('no import and no export of the kernels; they import nothing at all', () => {
    const module = kernelModule();
    expect(WebAssembly.Module.imports(module)).toEqual([]);
    const names = WebAssembly.Module.exports(module).map((one) => one.name);
    expect(names).toContain('memory');
    expect(forbiddenIn(names, 'kernels.wasm', WHO)).toEqual(NONE);
  });
  it.each([
    'faceBox',
    'gait_score',
    'embedding',
    'license_plate',
    'appearance',
    'BiometricTemplate',
    'identity',
    'reid',
    'personId',
    'GLOBAL_ID',
    'jpeg',
    'HTTPImage',
  ])('sees: %s', (name) => {
    expect(forbiddenIn([name], 'x').length).toBeGreaterThan(0);
    expect(forbiddenIn(protoNames(`message A {\n  repeated string ${name} = 1;\n}`), 'x').length).toBe(
      forbiddenIn([name], 'x').length,
    );
    expect(
      forbiddenIn(modelNames(`interface A {\n  readonly ${name}?: string;\n}`), 'x').length,
    ).toBeGreaterThan(0);
  });
  it('lets words be that only contain one, and comments that say what is not there', () => {
    expect(forbiddenIn(['surface', 'template', 'age_ms_max', 'interface', 'platform'], 'x')).toEqual(NONE);
    expect(protoNames('// face = 1;\nmessage A { /* gait */ }')).toEqual(['A']);
    expect(wordsIn('personID2Face')).toContain('face');
  });

  it('no bytes but the known ones, none of which could be a picture', () => {
    const known = [
      // Sums, tracks and rule machines, of which stage.ts and its tests know the shape.
      'CameraCheckpoint.admit',
      'CameraCheckpoint.measure',
      'CameraCheckpoint.detect',
      'CameraCheckpoint.observations',
      // Pictures, which travel between edge, server and agent and on no topic (test/proto/clip.test.ts).
      'ClipPicture.data',
      'Cells.bitmap',
      'Cells.occupancy',
      'Cells.flow_x',
      'Cells.flow_y',
      'Cells.flame',
      'SubscribeRequest.resume_token',
      'SubscribeResponse.resume_token',
    ];
    expect(protos.flatMap((one) => bytesFields(one.text)).sort()).toEqual(known.sort());
    expect(bytesFields('message A {\n  optional bytes b = 1;\n  repeated bytes c = 2;\n}')).toEqual([
      'A.b',
      'A.c',
    ]);
  });
});
