/** How many characters of each rhyme group are left, against how many the lines to come need: no poem may run out of rhymes. */
import { endTone, type LineType } from '../../poetry/prosody/line-types.js';
import { freeRhymes, type PoemPlan } from './poem-plan.js';
import type { VerseVocabulary } from './verse-vocabulary.js';

/** What matters of a poem so far. */
export interface RhymeState {
  /** The Han characters written. */
  readonly text: readonly string[];
  /** The same in their standard forms: a character may not come again as a variant. */
  readonly standards: readonly string[];
  /** The types that the line under way, or the next one, may have; undefined where tones are not kept. */
  readonly types: readonly LineType[] | undefined;
  /** The stretch of one rhyme that is under way. */
  readonly stretch: number;
  /** Rhyme groups still possible in it; undefined where rhyme is not kept. */
  readonly groups: readonly string[] | undefined;
  /** Its rhymes so far, in their standard forms. */
  readonly rhymeWords: readonly string[];
}

export class RhymeSupply {
  private readonly supply: ReadonlyMap<string, ReadonlySet<string>>;
  private readonly unique: boolean;

  constructor(
    private readonly plan: PoemPlan,
    vocabulary: VerseVocabulary,
  ) {
    const labels = new Set(plan.groups?.flat());
    this.supply = new Map([...labels].map((label) => [label, freeRhymes(plan, label, vocabulary)]));
    this.unique = !plan.lifted.has('repeated-character');
  }

  /** Drops the groups that no longer have enough characters for the lines to come; undefined where none is left. */
  keep<State extends RhymeState>(state: State): State | undefined {
    if (!state.groups) return state;
    const groups = state.groups.filter((label) => this.slack(state, label) >= 0);
    return groups.length === 0 || this.slackLater(state) < 0 ? undefined : { ...state, groups };
  }

  /**
   * The longest token that surely leaves enough: of the open groups the fullest must do where the token reaches no rhyme, and the
   * emptiest where it does, for it may choose that one. A token may take as many as it has characters, and settle that the first line
   * rhymes too.
   */
  safeLength(state: RhymeState, reachesRhyme: boolean): number {
    if (!state.groups) return Infinity;
    const slacks = state.groups.map((label) => this.slack(state, label));
    const now = reachesRhyme ? Math.min(...slacks) : Math.max(...slacks);
    return Math.min(now, this.slackLater(state)) - 1;
  }

  /** Characters left in a group beyond those that the lines to come need, in this stretch or a later one. */
  private slack(
    { standards, types, stretch, rhymeWords }: RhymeState,
    label: string,
    later = stretch,
  ): number {
    const { fixed, forbidden, shape } = this.plan;
    const supply = this.supply.get(label);
    let left = supply?.size ?? 0;
    for (const character of this.unique ? standards : rhymeWords) if (supply?.has(character)) left -= 1;
    const firstRhymes = types?.every((type) => endTone(type) === '平') ?? false;
    for (const line of shape.lines) {
      const end = line.start + line.length - 1;
      const rhymes = line.rhymes === 'always' || (line.rhymes === 'may' && firstRhymes);
      if (line.stretch === later && end >= standards.length && !fixed.has(end) && rhymes) left -= 1;
    }
    return left - forbidden.length;
  }

  /** What the fullest group of each later stretch has left; of the stretches the least. */
  private slackLater(state: RhymeState): number {
    const later = (this.plan.groups ?? []).flatMap((labels, stretch) =>
      stretch > state.stretch ? [Math.max(...labels.map((label) => this.slack(state, label, stretch)))] : [],
    );
    return Math.min(Infinity, ...later);
  }
}
