/**
 * Which pictures of a stream are given beside the analysed ones, so that flicker can be seen: about FLICKER_FPS a second
 * all together. Flames flicker at 1 to 12 Hz with most of it below 6, which is what 12 or more pictures a second still
 * show; every further picture has to be scaled and piped as well.
 */
const FLICKER_FPS = 15;

/**
 * Places of the pictures to be given among `every`, of which the first, place 0, is analysed: [0, 2, 4] of 6, so that
 * pictures of a 30 Hz stream come 66.7 ms apart. Places that are no whole steps apart are rounded down: [0, 1, 3] of 5.
 */
export function placesOf(every: number, sourceFps: number): readonly number[] {
  const count = Math.max(1, Math.min(every, Math.round((FLICKER_FPS * every) / sourceFps)));
  return Array.from({ length: count }, (_, k) => Math.floor((k * every) / count));
}
