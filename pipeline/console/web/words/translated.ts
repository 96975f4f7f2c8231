/** Every text a string, every function of the same parameters. */
export type Translated<Words> = {
  readonly [Key in keyof Words]: Words[Key] extends (...given: infer Given) => string
    ? (...given: Given) => string
    : Words[Key] extends string
      ? string
      : Translated<Words[Key]>;
};
