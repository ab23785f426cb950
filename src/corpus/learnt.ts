/** What a stage of training takes of a data set: completions, pairs, judged answers or prompts. */
import { InputError } from '../support/errors.js';
import { readDataset, type DatasetExample, type DatasetSource, type DatasetText } from './examples.js';
import type { Row } from './rows.js';

/** What is learnt from: a whole text or chat, or a prompt with its completions (chosen and rejected of a pair; none where the model answers itself). */
export type LearntRow =
  | { readonly whole: DatasetText }
  | {
      readonly prompt: DatasetText;
      readonly completions: readonly DatasetText[];
      readonly label?: boolean;
    };

export type LearningKind = 'completions' | 'pairs' | 'judged' | 'prompts';

interface Taking {
  /** The column that a row of another kind has not. */
  readonly column: string;
  readonly expected: string;
  /** What a set without any is said to lack. */
  readonly none: string;
  /** What is learnt from an example; undefined for what a stage of this kind cannot read. */
  readonly take: (example: DatasetExample) => readonly LearntRow[] | undefined;
}

const TAKINGS: Readonly<Record<LearningKind, Taking>> = {
  completions: {
    column: 'completion',
    expected: 'prompt and completion, messages, or text',
    none: 'no examples',
    take: (example) => {
      if (example.kind === 'whole') return [{ whole: example.whole }];
      if (example.kind !== 'completion') return undefined;
      return [{ prompt: example.prompt, completions: [example.completion] }];
    },
  },
  pairs: {
    column: 'chosen',
    expected: 'prompt, chosen and rejected',
    none: 'no preference pairs',
    take: (example) => {
      if (example.kind === 'preference') {
        return [{ prompt: example.prompt, completions: [example.chosen, example.rejected] }];
      }
      // Answers by themselves, with a label, have no pair: they are passed over.
      return example.kind === 'completion' && example.label !== undefined ? [] : undefined;
    },
  },
  judged: {
    column: 'label',
    expected: 'true or false beside prompt and completion, or prompt, chosen and rejected',
    none: 'no examples',
    take: (example) => {
      if (example.kind === 'preference') {
        const { prompt, chosen, rejected } = example;
        return [
          { prompt, completions: [chosen], label: true },
          { prompt, completions: [rejected], label: false },
        ];
      }
      if (example.kind !== 'completion' || example.label === undefined) return undefined;
      return [{ prompt: example.prompt, completions: [example.completion], label: example.label }];
    },
  },
  prompts: {
    column: 'completion',
    expected: 'prompt, with or without completion',
    none: 'no prompts',
    take: (example) =>
      example.kind === 'prompt' || example.kind === 'completion'
        ? [{ prompt: example.prompt, completions: [] }]
        : undefined,
  },
};

/** What is learnt from an example; undefined for what a stage of this kind cannot read. */
export function takeFrom(kind: LearningKind, example: DatasetExample): readonly LearntRow[] | undefined {
  return TAKINGS[kind].take(example);
}

/** What is learnt from a row, and the row in TRL's columns. */
export interface LearntFrom extends Row {
  readonly learnt: LearntRow;
}

/** Reads what a stage learns from, one row at a time. @throws InputError naming file, row and column */
export async function* readLearnt(kind: LearningKind, source: DatasetSource): AsyncGenerator<LearntFrom> {
  const { column, expected, none, take } = TAKINGS[kind];
  let empty = true;
  for await (const { place, value, example } of readDataset(source)) {
    const taken = take(example);
    if (!taken) throw new InputError(`${place}: ${column}: found nothing, expected ${expected}`);
    empty &&= taken.length === 0;
    for (const learnt of taken) yield { place, value, learnt };
  }
  if (empty) throw new InputError(`${source.files.join(', ')}: ${none}`);
}
