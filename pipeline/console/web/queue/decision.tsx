/** One candidate: the clip, the words and numbers, what is known around it, and the acts. */
import './decision.css';
import type { RefObject } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { RejectReason } from '../../../model.ts';
import type { SessionInfo } from '../../api.ts';
import { usePreferences } from '../preferences.ts';
import { Store, useStore } from '../store.ts';
import { Badge, SeverityBadge } from '../ui/badge.tsx';
import { Icon } from '../ui/icon.tsx';
import { useWords } from '../words/words.ts';
import { ActBar, type Standing } from './act-bar.tsx';
import { type Clip, follow } from './clip.ts';
import { Earlier, History, useContextOf } from './context.tsx';
import { explained } from './explain.ts';
import { Findings } from './findings.tsx';
import type { Command } from './keys.ts';
import { Player, type PlayerControls } from './player.tsx';
import { confirmers, heldBy, isOpen, type Review, sinceMs, stageOf } from './review.ts';
import { type Seen, useSeen } from './seen.ts';
import { siteName } from './site-name.ts';
import { clockTime, duration } from './times.ts';
import { useQueueWords } from './words.ts';

export interface DecisionProps {
  readonly info: SessionInfo;
  readonly review: Review;
  readonly nowMs: number;
  readonly isStale: boolean;
  /** It left without a word of how it ended. */
  readonly isGone: boolean;
  readonly isBusy: boolean;
  readonly isRejecting: boolean;
  readonly player: RefObject<PlayerControls | null>;
  /** How far the clip was looked at, for the keys. */
  readonly seen: { current: Seen };
  readonly onCommand: (command: Command) => void;
  readonly onReject: (reason: RejectReason, note: string) => void;
}

/** Keyed by the candidate: each has its own clip, context and account of what was seen. */
export function Decision(props: DecisionProps) {
  const { info, review, nowMs, isStale, player, onCommand, onReject } = props;
  const { candidate } = review;
  const words = useQueueWords();
  const all = useWords();
  const store = useMemo(() => new Store<Clip>({ kind: 'loading' }), []);
  const clip = useStore(store, (one) => one);
  const context = useContextOf(candidate.id);
  const { seen, onShare } = useSeen(candidate.id, clip);
  props.seen.current = seen;
  useEffect(() => {
    const enough = new AbortController();
    void follow(store, candidate.id, enough.signal);
    return () => enough.abort();
  }, []);
  const { language } = usePreferences();
  const sentence = explained(candidate, language);
  const setup = context.kind === 'here' ? context.setup : undefined;
  const place = candidate.place ?? words.wholeView;
  return (
    <section class={isStale ? 'decision stale' : 'decision'} aria-label={all.type[candidate.type]}>
      <Head info={info} review={review} nowMs={nowMs} isStale={isStale} isGone={props.isGone} />
      <div class="body">
        <Player
          clip={clip}
          candidate={candidate}
          setup={setup}
          label={words.clip.label(all.type[candidate.type], place)}
          controls={player}
          onShare={onShare}
        />
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keyboard */}
        <section class="side" tabIndex={0} aria-label={words.explanation}>
          <div class="side-part">
            <h3>{words.explanation}</h3>
            <p class="explanation" lang={sentence.language}>
              {sentence.text}
            </p>
            <Findings findings={candidate.findings} />
          </div>
          <History context={context} candidate={candidate} />
          <Earlier context={context} />
        </section>
      </div>
      <ActBar
        review={review}
        standing={props.isGone ? 'decided' : standingOf(review, info.name, nowMs)}
        seen={seen}
        name={info.name}
        isBusy={props.isBusy}
        isRejecting={props.isRejecting}
        onCommand={onCommand}
        onReject={onReject}
      />
    </section>
  );
}

export function standingOf(review: Review, name: string, nowMs: number): Standing {
  if (!isOpen(review)) return 'decided';
  const held = heldBy(review, nowMs);
  if (held === undefined) return 'free';
  return held.by.name === name ? 'mine' : 'others';
}

interface HeadProps {
  readonly info: SessionInfo;
  readonly review: Review;
  readonly nowMs: number;
  readonly isStale: boolean;
  readonly isGone: boolean;
}

function Head({ info, review, nowMs, isStale, isGone }: HeadProps) {
  const { candidate } = review;
  const words = useQueueWords();
  const all = useWords();
  const { language } = usePreferences();
  const stage = stageOf(review, nowMs);
  const lastedMs = Math.max(0, candidate.atMs - candidate.beganAtMs);
  return (
    <header class={`head ${candidate.severity}`}>
      <div class="title">
        <SeverityBadge severity={candidate.severity} />
        <h2>{all.type[candidate.type]}</h2>
        {stage > 0 && (
          <Badge tone={stage === 2 ? 'critical' : 'medium'}>
            <Icon name={stage === 2 ? 'alarm' : 'clock'} /> {words.escalation[stage as 1 | 2]}
          </Badge>
        )}
        {isOpen(review) && review.lapsesAtMs !== undefined && (
          <span class="number small quiet">
            {review.lapsesAtMs > nowMs
              ? words.lapsesIn(duration(review.lapsesAtMs - nowMs, language))
              : words.lapsesNow}
          </span>
        )}
        {isStale && <Badge tone="medium">{words.staleMark}</Badge>}
      </div>
      <p class="where-line">
        <b>{siteName(candidate, info)}</b>
        <span>
          <span class="quiet">{words.camera}</span> {candidate.camera}
        </span>
        <span>
          <span class="quiet">{words.place}</span> {candidate.place ?? words.wholeView}
        </span>
        {candidate.vehicle && (
          <span>
            <span class="quiet">{words.vehicle}</span> {candidate.vehicle.id}
            {candidate.vehicle.trip && ` · ${words.trip} ${candidate.vehicle.trip}`}
          </span>
        )}
        <span class="number">
          <span class="quiet">{words.began}</span> {clockTime(candidate.beganAtMs, language)}
        </span>
        <span class="number">
          <span class="quiet">{words.age}</span> {duration(nowMs - sinceMs(review), language)}
        </span>
        <span class="number">
          <span class="quiet">{candidate.phase === 'end' ? words.lasted : words.lasts}</span>{' '}
          {duration(lastedMs, language)}
        </span>
      </p>
      {isGone ? (
        <p class="stands" role="status">
          {words.noLonger}
        </p>
      ) : (
        <HowItStands review={review} name={info.name} nowMs={nowMs} />
      )}
    </header>
  );
}

function HowItStands({ review, name, nowMs }: { review: Review; name: string; nowMs: number }) {
  const words = useQueueWords();
  const all = useWords();
  const { language } = usePreferences();
  const held = heldBy(review, nowMs);
  const isMine = held?.by.name === name;
  const wasMine = useRef(false);
  if (isMine) wasMine.current = true;
  const { state, firstConfirmation: first } = review;
  const said: string[] = [];
  if (state.kind === 'confirmed' || state.kind === 'rejected') {
    const { by, atMs, act } = state.verdict;
    const what =
      act.kind === 'reject' ? `${all.status.rejected} (${all.reason[act.reason]})` : all.status[state.kind];
    said.push(words.decidedBy(what, by.name, clockTime(atMs, language)));
  } else if (state.kind === 'lapsed') said.push(words.lapsedAt(clockTime(state.verdict.atMs, language)));
  else if (held) {
    const left = duration(held.untilMs - nowMs, language);
    said.push(isMine ? words.claimedByYou(left) : words.claimedBy(held.by.name, left));
  } else if (wasMine.current) said.push(words.claimOver);
  if (isOpen(review) && first) {
    said.push(
      first.by.name === name
        ? words.firstIsYou
        : words.firstConfirmation(first.by.name, clockTime(first.atMs, language)),
    );
  } else if (isOpen(review) && confirmers(review) > 1) said.push(words.twoNeeded);
  const tone = held && !isMine ? 'others' : state.kind;
  return (
    <p class={`stands ${isMine ? 'mine' : tone}`} role="status">
      {said.join(' ')}
    </p>
  );
}
