/** What every field of a rule is given. */
import type { RuleText } from '../../api.ts';
import type { Desk } from './desk.ts';

export interface RuleFieldProps {
  readonly desk: Desk;
  readonly rule: RuleText;
  readonly index: number;
  /** A value that says nothing takes the key away. */
  readonly set: (key: string, value: unknown) => void;
  readonly replace: (rule: RuleText) => void;
}
