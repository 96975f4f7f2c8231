/** A short sound for what comes, by how severe it is. Made here: nothing is fetched. */
import { SEVERITIES, type Severity } from '../../../model.ts';

/** Hz, one after the other. More and higher for what is worse; never a siren, it sounds all day. */
const NOTES: Readonly<Record<Severity, readonly number[]>> = {
  low: [440],
  medium: [523],
  high: [659, 784],
  critical: [784, 988, 784],
};
const NOTE_S = 0.12;
const LOUD = 0.12;

let context: AudioContext | undefined;

/** One sound however many came: that of the worst. */
export function sound(severities: readonly Severity[]): void {
  const worst = SEVERITIES.findLast((one) => severities.includes(one));
  if (worst === undefined) return;
  try {
    context ??= new AudioContext();
    void context.resume();
    let at = context.currentTime;
    for (const pitch of NOTES[worst]) {
      note(context, pitch, at);
      at += NOTE_S * 1.2;
    }
  } catch {
    // A machine without sound still shows everything.
  }
}

function note(on: AudioContext, pitch: number, at: number): void {
  const tone = on.createOscillator();
  const volume = on.createGain();
  tone.frequency.value = pitch;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(LOUD, at + 0.01);
  volume.gain.exponentialRampToValueAtTime(0.001, at + NOTE_S);
  tone.connect(volume).connect(on.destination);
  tone.start(at);
  tone.stop(at + NOTE_S);
}
