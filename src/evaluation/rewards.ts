/** Rewards: what a poem that a model wrote is worth, from 0 to 1, by one thing at a time. Each is a function; a recipe names and weighs them. */
import { InputError } from '../support/errors.js';
import { FORMS, type FormName } from '../poetry/forms/forms.js';
import { characters, splitLines } from '../poetry/text.js';
import { belonging } from './coherence.js';
import { measurePoem, type PoemMetrics } from './metrics.js';
import { runsOf, type Yardstick } from './yardstick.js';

/** A poem to be judged, with what was asked for. */
export interface RewardInput {
  readonly prompt: string;
  readonly text: string;
  readonly form: FormName;
  readonly themes: readonly string[];
  /** Whether it came to its end, and was not cut off. */
  readonly finished: boolean;
  /** The other poems that were written to the same prompt. */
  readonly group: readonly string[];
  /** Poems that were written before, the last ones last. */
  readonly earlier: readonly string[];
}

/** One number for each poem; NaN for a poem that it has nothing to say of. */
export type RewardFunction = (
  examples: readonly RewardInput[],
) => readonly number[] | Promise<readonly number[]>;

/** A reward of one poem at a time, or one of all together by a judge of the corpus. */
type BuiltInReward = { readonly description: string } & (
  | { readonly reward: (poem: RewardInput, figures: PoemMetrics) => number }
  | { readonly judge: (poems: readonly RewardInput[], corpus: Yardstick) => Promise<number[]> }
);

/** A figure from 0 to 1; one that does not apply says nothing. */
const figure = (value: number | null): number => value ?? NaN;

/** Share of the lines asked for that are there, each with as many characters as asked. */
function layout({ text, form }: RewardInput): number {
  const { lines, length } = FORMS[form];
  const written = splitLines(text);
  const right = written.filter((line) => characters(line).length === length).length;
  return Math.min(right, lines) / Math.max(lines, written.length);
}

/** How near the number of characters is to what was asked; 0 for a poem that was cut off. */
function lengthFit({ text, form, finished }: RewardInput): number {
  const { lines, length } = FORMS[form];
  const asked = lines * length;
  const written = characters(splitLines(text).join('')).length;
  return finished ? Math.max(0, 1 - Math.abs(written - asked) / asked) : 0;
}

const PAIR = 2;

/** Share of the poem's pairs of characters that neither the others of its group nor the poems before have. */
function difference({ text, group, earlier }: RewardInput): number {
  const pairs = runsOf(text, PAIR);
  if (pairs.length === 0) return 0;
  const others = new Set([...group, ...earlier].flatMap((other) => runsOf(other, PAIR)));
  return pairs.filter((pair) => !others.has(pair)).length / pairs.length;
}

export const BUILT_IN_REWARDS = {
  form: {
    description: 'lines and characters as asked for, and characters enough that repeat no earlier one',
    reward: (poem, { variety }) => layout(poem) * figure(variety),
  },
  rhyme: {
    description: 'share of rhyme positions in the poem’s rhyme group',
    reward: (_, { rhyme }) => figure(rhyme),
  },
  tone: {
    description: 'lines that keep their tones, and couplets that adhere and oppose (粘、对)',
    reward: (_, { tone, adhesion }) => (figure(tone) + figure(adhesion)) / 2,
  },
  theme: {
    description: 'share of Tang poems that speak less of the themes asked for',
    reward: (_, { theme }) => figure(theme),
  },
  novelty: {
    description: 'share of lines that no line of the corpus equals or nearly equals',
    reward: (_, { novelty }) => figure(novelty),
  },
  diversity: {
    description:
      'share of pairs of characters that neither the group’s other poems nor the poems before have',
    reward: difference,
  },
  coherence: {
    description: 'how surely a poem’s second half was written to its first, by a language model',
    judge: async (poems, { coherence }) => {
      if (!coherence) throw new InputError('coherence: there is no judge of coherence here (models/judge)');
      return (await coherence.judge(poems.map(({ text }) => text))).map(belonging);
    },
  },
  length: {
    description: 'how near the number of characters is to what was asked; 0 for a poem that was cut off',
    reward: lengthFit,
  },
} as const satisfies Record<string, BuiltInReward>;

export type RewardName = keyof typeof BUILT_IN_REWARDS;
export const REWARD_NAMES = Object.keys(BUILT_IN_REWARDS) as RewardName[];

/** The built-in rewards by a reference corpus. A poem is measured once for all of them. */
export class BuiltInRewards {
  private readonly measured = new WeakMap<RewardInput, PoemMetrics>();

  constructor(private readonly corpus: Yardstick) {}

  function(name: RewardName): RewardFunction {
    const builtIn: BuiltInReward = BUILT_IN_REWARDS[name];
    if ('judge' in builtIn) return (examples) => builtIn.judge(examples, this.corpus);
    return (examples) => examples.map((example) => builtIn.reward(example, this.measure(example)));
  }

  private measure(example: RewardInput): PoemMetrics {
    const before = this.measured.get(example);
    if (before) return before;
    const figures = measurePoem(example.text, example, this.corpus);
    this.measured.set(example, figures);
    return figures;
  }
}
