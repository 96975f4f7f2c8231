import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../../pipeline/errors.ts';
import { type ReviewWords, review } from '../../pipeline/operate/review.ts';
import { findReview, refOf, reviewTable } from '../../pipeline/operate/review-table.ts';
import { RpcError } from '../../pipeline/serve/client/client.ts';
import { testTerminal } from './terminal.ts';
import { BEGAN_MS, candidate, ledgerReview, openWorld, type World } from './world.ts';

let world: World;
let ledger: ReturnType<typeof ledgerReview>;
beforeEach(async () => {
  ledger = ledgerReview();
  world = await openWorld({ review: ledger });
});
afterEach(() => world.close());

const state = (n: number) => ledger.find(candidate(n).id)?.state;
const run = async (words: Partial<ReviewWords>, options: Parameters<typeof testTerminal>[0] = {}) => {
  const at = testTerminal(options);
  const exitCode = await review({ server: world.serving.address, ...words }, at.terminal);
  return { ...at.said, exitCode };
};
const refusal = async (words: Partial<ReviewWords>, options?: Parameters<typeof testTerminal>[0]) => {
  try {
    await run(words, options);
    return 'done';
  } catch (error) {
    if (error instanceof InputError) return error.faults.map(({ code }) => code);
    if (error instanceof RpcError) return error.code;
    throw error;
  }
};
const agent = 'A. Martin';

describe('the list', () => {
  it('says so when nothing waits', async () => {
    expect((await run({})).output).toBe('no candidate waits for an agent\n');
    expect((await run({ json: true })).output).toBe('[]\n');
  });

  it('is an aligned table, most severe first', async () => {
    ledger.hear(candidate(1, { severity: 'low' }), candidate(2, { severity: 'critical', type: 'density' }));
    const lines = (await run({})).output.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toContain('critical');
    const column = lines[0]!.indexOf('type');
    expect(lines[1]!.slice(column)).toMatch(/^density {2,}gare-exemple\/quai-2\/tracks/);
    expect(lines[2]!.slice(column)).toMatch(/^forbidden_zone {2,}gare-exemple\/quai-1\/tracks/);
    expect(lines[1]).toContain(refOf(candidate(2).id));
    expect(lines[1]).toContain('60 s');
    expect(lines[1]!.endsWith(candidate(2).id)).toBe(true);
  });

  it('gives up the id, then the end of the sentence, where the terminal is narrow', () => {
    const reviews = [{ candidate: candidate(1), state: { kind: 'waiting' } as const }];
    for (const columns of [60, 100, 130]) {
      for (const line of reviewTable(reviews, BEGAN_MS, { columns }))
        expect(line.length).toBeLessThanOrEqual(columns);
    }
    expect(reviewTable(reviews, BEGAN_MS, { columns: 0 })[1]).toContain(candidate(1).id);
    expect(reviewTable(reviews, BEGAN_MS, { columns: 100 })[1]).not.toContain(candidate(1).id);
  });

  it('lets nothing in a name steer the terminal', async () => {
    ledger.hear({ ...candidate(1), explanation: 'red \u001b[31m alert\n2  critical' });
    const { output } = await run({});
    expect(output).not.toContain('\u001b');
    expect(output.trimEnd().split('\n')).toHaveLength(2);
  });

  it('is JSON that names each ref', async () => {
    ledger.hear(candidate(1));
    const [one] = JSON.parse((await run({ json: true })).output);
    expect(one).toMatchObject({ ref: refOf(candidate(1).id), candidate: { id: candidate(1).id } });
  });
});

describe('one act', () => {
  it.each([
    ['ref', (id: string) => refOf(id)],
    ['id', (id: string) => id],
    ['end of the id', () => 'no-tracks/1'],
  ])('confirms by %s, and says what it did', async (_, word) => {
    ledger.hear(candidate(1), candidate(2), candidate(11));
    const { output, exitCode } = await run({ confirm: word(candidate(1).id), agent, note: 'seen' });
    expect(exitCode).toBe(0);
    expect(output).toMatch(/^confirmed .* by A\. Martin\n$/);
    expect(state(1)).toMatchObject({
      kind: 'confirmed',
      verdict: { by: { name: agent }, act: { note: 'seen' } },
    });
    expect(state(2)).toEqual({ kind: 'waiting' });
    expect(state(11)).toEqual({ kind: 'waiting' });
  });

  it('rejects with a reason, takes it back, claims and releases', async () => {
    ledger.hear(candidate(1));
    const word = refOf(candidate(1).id);
    await run({ reject: word, reason: 'true_but_irrelevant', agent });
    expect(state(1)).toMatchObject({ kind: 'rejected', verdict: { act: { reason: 'true_but_irrelevant' } } });
    await run({ reverse: word, agent });
    expect(state(1)).toEqual({ kind: 'waiting' });
    await run({ claim: word, agent });
    expect(state(1)).toMatchObject({ kind: 'claimed', by: { name: agent } });
    expect(await refusal({ confirm: word, agent: 'C. Petit' })).toBe('claimed_by_other');
    await run({ release: word, agent });
    expect(state(1)).toEqual({ kind: 'waiting' });
  });

  it('takes the name from VIGIE_AGENT, and refuses without one', async () => {
    ledger.hear(candidate(1), candidate(2));
    for (const env of [{}, { VIGIE_AGENT: '  ' }]) {
      expect(await refusal({ confirm: refOf(candidate(1).id) }, { env })).toEqual(['no_agent_name']);
    }
    expect(state(1)).toEqual({ kind: 'waiting' });
    await run({ confirm: refOf(candidate(2).id) }, { env: { VIGIE_AGENT: 'B. Roux' } });
    expect(state(2)).toMatchObject({ verdict: { by: { name: 'B. Roux', role: 'agent' } } });
  });

  it.each<[string, Partial<ReviewWords>, string[]]>([
    ['two acts', { confirm: 'a', reject: 'a', reason: 'false' }, ['two_acts']],
    ['no reason', { reject: 'a' }, ['no_reason']],
    ['another reason', { reject: 'a', reason: 'boring' }, ['bad_reason']],
    ['a reason for a confirmation', { confirm: 'a', reason: 'false' }, ['reason_without_reject']],
    ['a note on a claim', { claim: 'a', note: 'mine' }, ['note_without_decision']],
    [
      'several faults at once',
      { confirm: 'a', claim: 'b', reason: 'boring' },
      ['two_acts', 'bad_reason', 'reason_without_reject'],
    ],
  ])('refuses %s', async (_, words, codes) => {
    expect(await refusal({ agent, ...words })).toEqual(codes);
  });

  it('never takes a number or a loose piece of an id for a candidate', async () => {
    ledger.hear(candidate(1), candidate(2));
    for (const word of [
      '1',
      '2',
      '0',
      'tracks/1',
      'gare',
      'no-tracks',
      '',
      refOf(candidate(1).id).slice(1),
    ]) {
      expect(await refusal({ confirm: word, agent }), word).toEqual(['no_such_candidate']);
    }
  });

  it('says that a candidate is decided, rather than that there is none', async () => {
    ledger.hear(candidate(1));
    await run({ confirm: refOf(candidate(1).id), agent });
    expect(await refusal({ reject: refOf(candidate(1).id), reason: 'false', agent })).toBe('already_decided');
    ledger.hear(candidate(2));
    expect(await refusal({ reverse: refOf(candidate(2).id), agent })).toEqual(['not_decided']);
  });

  it('names what an ambiguous piece could mean', () => {
    const reviews = [1, 6].map((n) => ({ candidate: candidate(n), state: { kind: 'waiting' } as const }));
    const both = () => findReview(reviews, 'gare-exemple/quai-1');
    expect(both).toThrow(InputError);
    expect(both).toThrow(new RegExp(`2 candidates.*${refOf(candidate(1).id)}.*${refOf(candidate(6).id)}`));
  });
});

describe('the desk', () => {
  const sit = (options: Parameters<typeof testTerminal>[0] = {}) => {
    const at = testTerminal({ tty: true, ...options });
    const left = review({ server: world.serving.address }, at.terminal);
    return { ...at, left };
  };

  it('asks for the name once, opens by number, decides by one key', async () => {
    ledger.hear(candidate(1), candidate(2));
    const desk = sit();
    desk.type('');
    desk.type('A. Martin');
    await desk.heard('output', 'number to open');
    desk.type('1');
    await desk.heard('output', 'c confirm');
    expect(state(1)).toMatchObject({ kind: 'claimed', by: { name: 'A. Martin' } });
    desk.type('');
    desk.type('x');
    await desk.heard('output', 'c confirm', 3);
    expect(state(1)?.kind).toBe('claimed');
    desk.type('c');
    await desk.heard('output', 'number to open', 2);
    expect(state(1)).toMatchObject({ kind: 'confirmed', verdict: { by: { name: 'A. Martin' } } });
    desk.type('1');
    await desk.heard('output', 'c confirm', 4);
    desk.type('i');
    await desk.heard('output', 'no candidate waits');
    expect(state(2)).toMatchObject({ kind: 'rejected', verdict: { act: { reason: 'true_but_irrelevant' } } });
    desk.type('q');
    expect(await desk.left).toBe(0);
    expect(desk.said.output.split('your name').length - 1).toBe(2); // once more for the empty answer
  });

  it('hands back what is open when the agent leaves, and decides nothing', async () => {
    ledger.hear(candidate(1));
    const desk = sit({ env: { VIGIE_AGENT: agent } });
    await desk.heard('output', 'number to open');
    desk.type('1');
    await desk.heard('output', 'c confirm');
    desk.stop();
    await desk.left;
    expect(state(1)).toEqual({ kind: 'waiting' });
  });

  it('takes no list of numbers, and no number that is not there', async () => {
    ledger.hear(candidate(1), candidate(2));
    const desk = sit({ env: { VIGIE_AGENT: agent } });
    for (const word of ['1 2', '1-2', 'all', '3', '0']) desk.type(word);
    await desk.heard('output', 'is no number of the table', 5);
    desk.type('q');
    await desk.left;
    expect([state(1), state(2)]).toEqual([{ kind: 'waiting' }, { kind: 'waiting' }]);
  });

  it('says who was faster and goes on', async () => {
    ledger.hear(candidate(1));
    const desk = sit({ env: { VIGIE_AGENT: agent } });
    await desk.heard('output', 'number to open');
    await run({ confirm: refOf(candidate(1).id), agent: 'C. Petit' });
    desk.type('1');
    await desk.heard('output', 'already_decided');
    desk.type('q');
    expect(await desk.left).toBe(0);
  });
});
