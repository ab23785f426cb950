/** A written poem: its text with its check, its novelty and the score that candidates are ranked by. */
import { checkPoem, type PoemCheck } from '../poetry/prosody/check.js';
import type { FormName } from '../poetry/forms/forms.js';
import type { LineIndex, Nearness } from '../poetry/line-index.js';
import { toSimplified } from '../poetry/script/script.js';
import type { SubjectPart } from '../poetry/subject.js';
import { isHan, splitLines } from '../poetry/text.js';
import { themeCoverage } from '../poetry/themes.js';
import type { Constraints } from './constraints/constraint-schema.js';
import { unmetConstraints } from './constraints/verify.js';

/** One poem asked for. */
export interface PoemOrder {
  /** What the model reads. */
  readonly prompt: string;
  readonly form: FormName;
  readonly themes: readonly string[];
  readonly seed: number;
}

/** A poem as `shiren write --json` prints it. */
export interface WrittenPoem extends PoemOrder {
  readonly text: string;
  readonly lines: readonly string[];
  readonly check: PoemCheck;
  /** What candidates are ranked by: see {@link scorePoem}. */
  readonly score: number;
  /** For each line whether it is known from the corpus; absent where no index of lines was given. */
  readonly novelty?: readonly Nearness[];
  /** What was asked and is not kept: only where nothing constrained the model to it. */
  readonly unmet?: readonly string[];
  /** What was made of the words of the request, where some were led to words that poems have, or lead nowhere. */
  readonly understood?: readonly SubjectPart[];
  /** The model that wrote it. */
  readonly model: string;
}

/** What each part of a poem's score weighs. */
const SCORE_WEIGHTS = { theme: 2, parallelism: 0.5, novelty: 1, fault: -1 } as const;

export interface ScoreParts {
  /** Log-likelihood a Han character under the model; 0 where the model does not tell it. */
  readonly likelihood: number;
  /** Share of the themes asked for that the poem has a word of; absent where none was asked for. */
  readonly theme?: number;
  /** Parallelism of the middle couplets, 0 to 1; absent for quatrains. */
  readonly parallelism?: number;
  /** Share of lines that the corpus does not know; absent without an index. */
  readonly novelty?: number;
  /** How much of what was asked is not kept; none where it was constrained. */
  readonly faults: number;
}

/** The likelihood, and the other parts by {@link SCORE_WEIGHTS}. */
function scorePoem(parts: ScoreParts): number {
  const { likelihood, theme = 0, parallelism = 0, novelty = 0, faults } = parts;
  const weights = SCORE_WEIGHTS;
  return (
    likelihood +
    weights.theme * theme +
    weights.parallelism * parallelism +
    weights.novelty * novelty +
    weights.fault * faults
  );
}

/** Checks and scores a text. Given constraints, says which of them it does not keep. */
export function describePoem(
  order: PoemOrder,
  text: string,
  model: string,
  logProbability: number,
  { constraints, known }: { constraints?: Constraints; known?: LineIndex },
): WrittenPoem {
  const lines = splitLines(text);
  const check = checkPoem(text, { form: order.form });
  const novelty = known && lines.map((line) => known.nearness(toSimplified(line)));
  const unmet = constraints ? unmetConstraints(text, order.form, constraints) : [];
  const count = Array.from(text).filter(isHan).length;
  const { prompt, form, themes, seed } = order;
  return {
    prompt,
    form,
    themes,
    text,
    lines,
    check,
    score: scorePoem({
      likelihood: logProbability / Math.max(1, count),
      theme: themes.length > 0 ? themeCoverage(lines.join(''), themes) : undefined,
      parallelism: check.parallelism ?? undefined,
      faults: unmet.length,
      novelty: novelty && novelty.filter((one) => one === 'new').length / Math.max(1, novelty.length),
    }),
    seed,
    model,
    ...(novelty ? { novelty } : {}),
    ...(unmet.length > 0 ? { unmet } : {}),
  };
}
