/** How many characters of each rhyme group are left, against how many the lines to come need: no poem may run out of rhymes. */
import type { Template } from './tonal-templates.js';
import { rhymesAt, rhymeSupply, type PoemPlan } from './plan.js';
import type { VerseVocabulary } from './verse-vocabulary.js';

/** What matters of a poem so far. */
export interface RhymeState {
  /** The Han characters written. */
  readonly text: readonly string[];
  /** Templates still possible; undefined where tones are not kept. */
  readonly templates: readonly Template[] | undefined;
  /** Rhyme groups still possible; undefined where rhyme is not kept. */
  readonly groups: readonly string[] | undefined;
  readonly rhymeWords: readonly string[];
}

export class RhymeSupply {
  private readonly supply: ReadonlyMap<string, number>;
  private readonly given: ReadonlySet<string>;
  private readonly unique: boolean;

  constructor(
    private readonly plan: PoemPlan,
    private readonly vocabulary: VerseVocabulary,
  ) {
    this.supply = new Map((plan.groups ?? []).map((label) => [label, rhymeSupply(plan, label, vocabulary)]));
    this.given = new Set(plan.fixed.values());
    this.unique = !plan.lifted.has('repeated-character');
  }

  /** Drops the groups that no longer have enough characters for the lines to come; undefined where none is left. */
  keep<State extends RhymeState>(state: State): State | undefined {
    if (!state.groups) return state;
    const groups = state.groups.filter((label) => this.slack(state, label) >= 0);
    return groups.length === 0 ? undefined : { ...state, groups };
  }

  /**
   * The longest token that surely leaves enough: of the open groups the fullest must do where the token reaches no rhyme, and the
   * emptiest where it does, for it may choose that one. A token may take as many as it has characters, and settle that the first line
   * rhymes too.
   */
  safeLength(state: RhymeState, reachesRhyme: boolean): number {
    if (!state.groups) return Infinity;
    const slacks = state.groups.map((label) => this.slack(state, label));
    return (reachesRhyme ? Math.min(...slacks) : Math.max(...slacks)) - 1;
  }

  /** Characters left in a group beyond those that the lines to come need. */
  private slack({ text, templates, rhymeWords }: RhymeState, label: string): number {
    const { fixed, forbidden, length, lines } = this.plan;
    const group = this.vocabulary.rhymes.get(label);
    let left = this.supply.get(label) ?? 0;
    for (const character of this.unique ? text : rhymeWords) {
      if (group?.has(character) && !this.given.has(character)) left -= 1;
    }
    const firstRhymes = templates?.every(({ firstLineRhymes }) => firstLineRhymes) ? templates[0] : undefined;
    for (let line = 0; line < lines; line += 1) {
      const end = line * length + length - 1;
      if (end >= text.length && !fixed.has(end) && rhymesAt(line, firstRhymes)) left -= 1;
    }
    return left - forbidden.length;
  }
}
