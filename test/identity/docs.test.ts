/** docs/identity.md, word for word: its commands are run from top to bottom in an empty folder. */
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { vigieCommand } from '../support/station.ts';

const folder = mkdtempSync(join(tmpdir(), 'vigie-docs-'));
const running: { kill(): void }[] = [];
afterAll(() => {
  for (const one of running) one.kill();
  rmSync(folder, { recursive: true, force: true });
});

const text = readFileSync(new URL('../../docs/identity.md', import.meta.url), 'utf8');
const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block]) => block!);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** `npx vigie` is the build of this project; nothing else about the words is changed but the port. */
function shell(script: string, env: Record<string, string>) {
  const child = spawn('bash', ['-ec', script], {
    cwd: folder,
    env: { ...process.env, VIGIE_HTTP: '127.0.0.1:0', ...env, PATH: `${folder}:${process.env.PATH}` },
    detached: true,
  });
  const kill = () => {
    try {
      process.kill(-child.pid!, 'SIGTERM');
    } catch {
      // It has ended.
    }
  };
  running.push({ kill });
  let printed = '';
  let look = () => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      printed += chunk;
      look();
    });
  }
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return {
    kill,
    ended,
    printed: () => printed,
    heard: (what: RegExp) =>
      new Promise<void>((resolve, reject) => {
        look = () => what.test(printed) && resolve();
        look();
        void ended.then(() => reject(new Error(`ended without ${what}:\n${printed}`)));
      }),
  };
}

it('is true to the letter, and prints no secret', { timeout: 240_000 }, async () => {
  const npx = join(folder, 'npx');
  writeFileSync(
    npx,
    `#!/bin/bash\n[ "$1" = vigie ] || exit 99\nshift\nexec "${process.execPath}" "${vigieCommand()}" "$@"\n`,
  );
  chmodSync(npx, 0o755);
  const port = String(await freePort());
  const said: string[] = [];
  const run = (block: string, env = {}) => shell(block.replaceAll('50051', port), env);
  const done = async (block: string, env = {}) => {
    const one = run(block, env);
    expect(await one.ended, `${block}\n${one.printed()}`).toBe(0);
    said.push(one.printed());
    return one.printed();
  };
  const at = (word: string) => {
    const found = blocks.find((block) => block.includes(word));
    if (found === undefined) throw new Error(`no block with '${word}'`);
    return found;
  };

  for (const word of ['token key', 'certs ca', 'identities.yaml', 'token issue']) await done(at(word));
  const station = run(at('vigie start'));
  await station.heard(/gRPC on/);
  await done(at('review --list'));
  const refused = run(at('review --list').replace(/ --bearer-file \S+/, ''));
  expect(await refused.ended).toBe(1);
  expect(refused.printed()).toMatch(/^credentials_missing: /m);
  for (const line of at('vigie subscribe').trim().split('\n')) {
    const subscriber = run(line, { VIGIE_TLS_CA: 'pki/ca.pem' });
    await subscriber.heard(/^up to date with /m);
    subscriber.kill();
    said.push(subscriber.printed());
  }
  expect(await done(at('audit list'))).toMatch(/credentials_missing .*ReviewService\/ListCandidates/);
  station.kill();
  await station.ended;
  said.push(station.printed());

  const secrets = [
    ...['martin.token', 'control-room.token'].map((name) => readFileSync(join(folder, name), 'utf8').trim()),
    (JSON.parse(readFileSync(join(folder, 'pki/tokens.key'), 'utf8')) as { d: string }).d,
    readFileSync(join(folder, 'pki/localhost.key'), 'utf8').split('\n')[1]!,
  ];
  for (const secret of secrets) expect(said.join('\n')).not.toContain(secret.split('.').at(-1));
});
