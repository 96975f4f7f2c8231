/** The agent's acts with what is said about them, one at a time. */
import { useRef, useState } from 'preact/hooks';
import type { RejectReason, VerdictAct } from '../../../model.ts';
import type { SessionInfo } from '../../api.ts';
import { tell } from '../ui/toast.tsx';
import { useWords } from '../words/words.ts';
import { act, forAll, rejection, release } from './acts.ts';
import { refusalText } from './refusal.ts';
import type { Review } from './review.ts';
import { useQueueWords } from './words.ts';

interface Decided {
  readonly candidate: string;
  readonly verdict: string;
}

/** Of this page's time, last last. */
let decisions: readonly Decided[] = [];
const DECISIONS_MAX = 100;

export function useActs({ leaseMs }: SessionInfo, onUndone: (candidate: string) => void) {
  const words = useQueueWords();
  const all = useWords();
  const [isBusy, setBusy] = useState(false);
  const running = useRef<Promise<unknown>>(undefined);

  /**
   * One act at a time: what is pressed twice is done once. A claim waits for the act before it, since whoever is fast
   * asks for the next while the last is still on its way.
   */
  const run = async (candidate: string, what: VerdictAct, done: (review: Review, id: string) => void) => {
    if (what.kind === 'claim') await running.current;
    if (running.current !== undefined) return;
    running.current = ask(candidate, what, done);
    await running.current;
  };
  const ask = async (candidate: string, what: VerdictAct, done: (review: Review, id: string) => void) => {
    setBusy(true);
    try {
      const { review, id } = await act(candidate, what, () => tell(words.trying));
      done(review, id);
    } catch (error) {
      tell(refusalText(error, candidate, words, all), { bad: true });
    } finally {
      running.current = undefined;
      setBusy(false);
    }
  };
  const undo = () => {
    const last = decisions.at(-1);
    if (last === undefined) {
      tell(words.nothingToUndo);
      return;
    }
    void run(last.candidate, { kind: 'reverse', of: last.verdict }, () => {
      decisions = decisions.filter((one) => one !== last);
      tell(words.done.reverse);
      onUndone(last.candidate);
    });
  };
  const decided = (candidate: string, verdict: string, text: string) => {
    decisions = [...decisions, { candidate, verdict }].slice(-DECISIONS_MAX);
    tell(text, { action: { label: `${words.acts.undo} (U)`, run: undo } });
  };
  return {
    isBusy,
    undo,
    claim: (candidate: string) => run(candidate, { kind: 'claim', leaseMs }, () => undefined),
    /** Nobody is told: it is what they have already. */
    renew: (candidate: string) =>
      act(candidate, { kind: 'claim', leaseMs }).then(
        () => true,
        () => false,
      ),
    confirm: (candidate: string) =>
      run(candidate, { kind: 'confirm' }, (review, id) =>
        decided(
          candidate,
          id,
          review.state.kind === 'confirmed' ? words.done.confirm : words.done.confirmFirst,
        ),
      ),
    reject: (candidate: string, reason: RejectReason, note: string) =>
      run(candidate, rejection(reason, note), (_, id) =>
        decided(candidate, id, words.done.reject(all.reason[reason])),
      ),
    release: (candidate: string) => run(candidate, release(''), () => tell(words.done.release)),
    async handOver(candidates: readonly string[], note: string) {
      const failed = await forAll(
        candidates,
        (one) => act(one, release(note)),
        () => undefined,
      );
      tell(words.done.handOver(candidates.length - failed), { bad: failed > 0 });
    },
    async rejectAll(
      candidates: readonly string[],
      reason: RejectReason,
      note: string,
      onDone: (count: number) => void,
    ) {
      const failed = await forAll(candidates, (one) => act(one, rejection(reason, note)), onDone);
      if (failed === 0) tell(words.done.bulk(candidates.length));
      else tell(words.done.bulkSome(candidates.length - failed, failed), { bad: true });
    },
  };
}
