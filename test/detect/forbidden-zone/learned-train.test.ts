import { describe, expect, test } from 'vitest';
import { LearnedTrain } from '../../../pipeline/detect/forbidden-zone/learned-train.ts';

/**
 * Looks, one a second: o the view is seen, c something stands there that nobody saw come, u the zone changes as a whole,
 * s nothing more can have come unseen, w the background is learned and a train stood there, e it is learned and none did,
 * d the view is dark.
 */
function standsAfter(looks: string, laterS = 0): boolean {
  const learned = new LearnedTrain();
  let now = 0;
  for (const look of looks) {
    now += 1_000;
    if ('wed'.includes(look)) learned.blind(look === 'd' ? 'dark' : 'warming', look !== 'e', now);
    else learned.look({ came: look === 'c', uncovers: look === 'u' }, now);
    if (look === 's') learned.sighted();
  }
  return learned.stands(now + laterS * 1_000);
}

describe('a train is taken to stand there', () => {
  const rows: readonly [string, string, boolean, number?][] = [
    ['when the view was learned anew before it', 'oowwoo', true],
    ['also when something came while it was learned', 'ooeeco', true],
    ['for two minutes', 'oowwoo', true, 117],
    ['not for longer', 'oowwoo', false, 118],
    ['not when it leaves', 'oowwoou', false],
    ['not when none was there', 'ooeeoo', false],
    ['not when the view was only dark: then it is seen again', 'ooddco', false],
    ['not before the view was known: then nobody knows', 'wwco', false],
    ['not by what comes when all could be seen to come', 'ooeesc', false],
  ];
  test.each(rows)('%s', (_name, looks, expected, laterS) => {
    expect(standsAfter(looks, laterS)).toBe(expected);
  });
});
