/** What the page asks for poems: a server, or the model in the browser itself. The page knows no other difference. */
import type { TextCheck } from '../../poetry/prosody/check-text.js';
import type { CharacterAnswer, RhymeEntry } from '../../poetry/readings/lookup.js';
import type { Suggestion } from '../../writing/suggest.js';
import type { PoemChoices } from '../../writing/choices.js';
import type { WrittenPoem } from '../../writing/written-poem.js';
import type { JsonRequest } from '../../writing/json-request.js';

export interface ModelChoice {
  readonly id: string;
}

/** What can be asked for. */
export interface Description extends PoemChoices {
  readonly models: readonly ModelChoice[];
  readonly version: string;
  /** Whether this page may train and evaluate. */
  readonly owner: boolean;
  readonly recipes?: readonly string[];
  readonly data?: readonly string[];
  /** The folder whose votes.jsonl holds the votes. */
  readonly votesData?: string;
}

export interface Engine {
  describe(): Promise<Description>;
  /** The candidates of a poem, the best first. @param onText called as they grow */
  write(
    request: JsonRequest,
    onText: (candidate: number, text: string) => void,
    signal: AbortSignal,
  ): Promise<WrittenPoem[]>;
  check(text: string, book: string): Promise<TextCheck>;
  /** For each fault of a text's poem the characters that mend it, as a model likes them. */
  suggest(text: string, book: string): Promise<Suggestion[]>;
  lookUp(character: string): Promise<CharacterAnswer>;
  rhyme(group: string, book: string): Promise<RhymeEntry[]>;
}
