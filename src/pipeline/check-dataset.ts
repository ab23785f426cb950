/** What a data set holds, as a trainer sees it: its kind, its tokens, what would be cut, and an example with its loss. */
import {
  readDataset,
  type DatasetExample,
  type DatasetSource,
  type DatasetText,
} from '../corpus/examples.js';
import { takeFrom, type LearningKind } from '../corpus/learnt.js';
import type { Tokenizer } from '../model/tokenizer.js';
import { atPlace } from '../support/errors.js';
import type { TokenizedExample } from '../training/learning.js';
import { lossTokens, treeLength } from '../training/packing.js';
import { tokenizeExample, type TokenSettings } from '../training/tokenize.js';

/** What TRL calls the types of data sets. */
export type DatasetKind =
  'language modeling' | 'prompt-only' | 'prompt-completion' | 'unpaired preference' | 'preference';

/** A stretch of an example as the model sees it, and whether its tokens carry loss. */
export interface ShownPiece {
  readonly text: string;
  readonly loss: boolean;
}

/** An example as the model sees it: a sequence for each completion. */
export interface ShownExample {
  readonly place: string;
  readonly sequences: readonly (readonly ShownPiece[])[];
}

export interface DatasetReport {
  /** Of most examples, or of the first ones. */
  readonly kind: DatasetKind;
  /** Chats, to which a chat template is applied; or plain text. */
  readonly form: 'conversational' | 'plain' | 'both';
  readonly examples: number;
  /** How many there are of each kind. */
  readonly kinds: Readonly<Partial<Record<DatasetKind, number>>>;
}

/** What needs a tokenizer. */
export interface TokenReport {
  readonly tokens: number;
  readonly loss_tokens: number;
  readonly longest: { readonly tokens: number; readonly place: string };
  readonly max_length: number;
  /** Examples that are longer than max_length and lose their end. */
  readonly truncated: number;
  /** Examples of which nothing is left to learn. */
  readonly left_out: number;
  readonly shown: ShownExample | undefined;
}

/** With what the examples are tokenized. */
export interface Reading {
  readonly tokenizer: Tokenizer;
  readonly settings: TokenSettings;
}

function kindOf(example: DatasetExample): DatasetKind {
  if (example.kind === 'whole') return 'language modeling';
  if (example.kind === 'prompt') return 'prompt-only';
  if (example.kind === 'preference') return 'preference';
  return example.label === undefined ? 'prompt-completion' : 'unpaired preference';
}

/** How a trainer of each kind of data takes its examples. */
const LEARNT_AS: Readonly<Record<DatasetKind, LearningKind>> = {
  'language modeling': 'completions',
  'prompt-only': 'prompts',
  'prompt-completion': 'completions',
  'unpaired preference': 'judged',
  preference: 'pairs',
};

const isChat = (text: DatasetText): boolean => typeof text !== 'string';

/**
 * Reads a data set from end to end. Of a validation of the columns alone, no tokens are counted.
 *
 * @throws InputError naming file and row of the first that cannot be read
 */
export async function checkDataset(source: DatasetSource): Promise<DatasetReport>;
export async function checkDataset(
  source: DatasetSource,
  reading: Reading,
): Promise<DatasetReport & TokenReport>;
export async function checkDataset(
  source: DatasetSource,
  reading?: Reading,
): Promise<DatasetReport & Partial<TokenReport>> {
  const kinds: Partial<Record<DatasetKind, number>> = {};
  const forms = new Set<'conversational' | 'plain'>();
  const tally = reading && new TokenTally(reading);
  let examples = 0;
  for await (const { place, example } of readDataset(source)) {
    const kind = kindOf(example);
    examples += 1;
    kinds[kind] = (kinds[kind] ?? 0) + 1;
    forms.add(isChat('whole' in example ? example.whole : example.prompt) ? 'conversational' : 'plain');
    tally?.add(place, kind, example);
  }
  const [most] = Object.entries(kinds).sort((a, b) => b[1] - a[1]) as [DatasetKind, number][];
  const [form = 'plain'] = forms;
  return {
    kind: most?.[0] ?? 'language modeling',
    form: forms.size > 1 ? 'both' : form,
    examples,
    kinds,
    ...tally?.report(),
  };
}

class TokenTally {
  private tokens = 0;
  private lossTokens = 0;
  private longest = { tokens: 0, place: '' };
  private truncated = 0;
  private leftOut = 0;
  private shown: ShownExample | undefined;

  constructor(private readonly reading: Reading) {}

  add(place: string, kind: DatasetKind, example: DatasetExample): void {
    const { tokenizer, settings } = this.reading;
    for (const learnt of takeFrom(LEARNT_AS[kind], example) ?? []) {
      const { tree, length } = atPlace(place, () => tokenizeExample(tokenizer, learnt, settings));
      if (length > this.longest.tokens) this.longest = { tokens: length, place };
      if (!tree) {
        this.leftOut += 1;
        continue;
      }
      if (length > settings.max_length) this.truncated += 1;
      this.tokens += treeLength(tree);
      this.lossTokens += tree.completions.reduce((sum, _, index) => sum + lossTokens(tree, index), 0);
      this.shown ??= { place, sequences: showTree(tokenizer, tree) };
    }
  }

  report(): TokenReport {
    return {
      tokens: this.tokens,
      loss_tokens: this.lossTokens,
      longest: this.longest,
      max_length: this.reading.settings.max_length,
      truncated: this.truncated,
      left_out: this.leftOut,
      shown: this.shown,
    };
  }
}

/** The sequences of a tree as text, cut where loss begins and ends. */
function showTree(tokenizer: Tokenizer, tree: TokenizedExample): ShownPiece[][] {
  const { prompt, completions, lossMasks } = tree;
  const all = completions.length === 0 ? [[]] : completions;
  return all.map((completion, index) => {
    const ids = [...prompt, ...completion];
    const loss = ids.map(
      (_, at) => at >= prompt.length && (lossMasks?.[index]?.[at - prompt.length] ?? true),
    );
    const pieces: ShownPiece[] = [];
    for (let start = 0; start < ids.length;) {
      let end = start + 1;
      while (end < ids.length && loss[end] === loss[start]) end += 1;
      const text = tokenizer.decode(ids.slice(start, end), { keepSpecial: true });
      pieces.push({ text, loss: loss[start] === true });
      start = end;
    }
    return pieces;
  });
}
