/**
 * What a stage is: a pure fold. No clock, no chance, no I/O; time arrives with the input or as a tick.
 * `drive` (pipeline/drive.ts) is the only loop around it.
 */
export interface Stage<Input, Output> {
  /** Takes one input, changes the stage's own state, returns what follows from it. */
  step(input: Input): readonly Output[];
}

/**
 * A stage whose state of one camera can be taken out and put into another stage of its kind, which then answers as
 * this one would have, bit for bit. The bytes know their own layout (pipeline/saved.ts).
 */
export interface KeptStage<Input, Output> extends Stage<Input, Output> {
  /** State of one camera (`cameraKey`); undefined when there is none. Changes nothing. */
  save(camera: string): Uint8Array | undefined;
  /**
   * Replaces the state of one camera. False, and nothing is changed, when the bytes are of another layout or damaged,
   * or the stage does not know the camera. What the site file no longer has is let go; what is new in it starts fresh.
   */
  restore(camera: string, saved: Uint8Array): boolean;
}
