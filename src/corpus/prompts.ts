/** The prompts of the data sets. */
import type { FormName } from '../poetry/forms.js';
import { layOut } from '../poetry/layout.js';
import { formatPrompt, paraphrasePrompt } from '../poetry/prompt.js';
import { Random } from '../support/random.js';
import type { BuildOptions } from './build-options.js';
import type { DescribedPoem } from './split.js';

export type PromptOptions = Pick<BuildOptions, 'seed' | 'paraphraseShare'>;

/** The prompt of a training example: the plain one, or now and then another wording. */
export function promptOf(
  form: FormName,
  themes: readonly string[],
  id: string,
  { seed, paraphraseShare }: PromptOptions,
): string {
  const random = Random.for(seed, 'prompt', id);
  const request = { form, themes };
  return random.next() < paraphraseShare ? paraphrasePrompt(request, random.next()) : formatPrompt(request);
}

/** A held-out prompt with the poem that it comes from, for evaluation. */
export function heldOutPrompt({ poem, form, themes }: DescribedPoem): object {
  const reference = layOut(poem.lines, poem.marks);
  return { prompt: formatPrompt({ form, themes }), form, themes, reference, source: poem.id };
}
