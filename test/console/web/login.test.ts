import { describe, expect, it } from 'vitest';
import { ending, refusal } from '../../../pipeline/console/web/login/say.ts';
import { en } from '../../../pipeline/console/web/login/words.en.ts';

describe('words of a login', () => {
  it.each([
    ['credentials_revoked', en.refused.credentials_revoked],
    ['something_new', 'That did not work: as the server says (something_new)'],
    // No word of a table is taken from what every object has.
    ['constructor', 'That did not work: as the server says (constructor)'],
  ])('refused: %s', (code, want) => {
    expect(refusal(en, code, 'as the server says')).toBe(want);
  });
  it.each([
    [undefined, undefined],
    ['session_idle', en.ended.session_idle],
    ['credentials_revoked', en.refused.credentials_revoked],
    ['something_new', en.ended.session_over],
    ['toString', en.ended.session_over],
  ])('ended: %s', (code, want) => {
    expect(ending(en, code)).toBe(want);
  });
});
