/**
 * What a stage is: a pure fold. No clock, no chance, no I/O; time arrives with the input or as a tick.
 * `drive` (pipeline/drive.ts) is the only loop around it.
 */
export interface Stage<Input, Output> {
  /** Takes one input, changes the stage's own state, returns what follows from it. */
  step(input: Input): readonly Output[];
}
