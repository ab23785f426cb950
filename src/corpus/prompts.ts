/** The prompts of the data sets. */
import { FORMS, type FormName } from '../poetry/forms/forms.js';
import { layOut } from '../poetry/forms/layout.js';
import { formatPrompt } from '../poetry/prompt.js';
import { characters } from '../poetry/text.js';
import { Random } from '../support/random.js';
import type { BuildOptions } from './build-options.js';
import { describeScene } from './scene.js';
import type { DescribedPoem } from './split.js';
import { wordPrompt } from './wordings.js';

export type PromptOptions = Pick<BuildOptions, 'seed' | 'paraphraseShare'>;

/** What a prompt can say of the poem that answers it. */
export interface PromptSubject {
  readonly id: string;
  readonly form: FormName;
  readonly themes: readonly string[];
  readonly title: string;
  readonly text: string;
  /** Words of its own. */
  readonly keywords: readonly string[];
  /** The rhyme group as people name it (尤), where it rhymes. */
  readonly rhyme?: string;
}

/** How often another wording names the poem's own words instead of the labels of its themes. */
const KEYWORD_SHARE = 0.5;
/** A longer title is an account of the occasion: nobody asks by it. */
const LONGEST_TITLE = 12;

/** The prompt of a training example: the plain one, or now and then another wording. */
export function promptOf(subject: PromptSubject, { seed, paraphraseShare }: PromptOptions): string {
  const { id, form, themes, title, text, keywords, rhyme } = subject;
  const random = Random.for(seed, 'prompt', id);
  const plain = formatPrompt({ form, themes });
  if (random.next() >= paraphraseShare) return plain;
  const own = keywords.length > 0 && random.next() < KEYWORD_SHARE;
  const asked = {
    form,
    lines: FORMS[form].lines,
    themes: own ? keywords : themes,
    title: characters(title).length > LONGEST_TITLE ? undefined : title,
    rhyme,
    scene: describeScene(text, random),
  };
  return wordPrompt(asked, random) ?? plain;
}

/** A poem as the subject of its prompt. */
export function subjectOf({ poem, form, themes, keywords, rhyme }: DescribedPoem): PromptSubject {
  return { id: poem.id, form, themes, title: poem.title, text: poem.lines.join('，'), keywords, rhyme };
}

/** A held-out prompt with the poem that it comes from, for evaluation. */
export function heldOutPrompt({ poem, form, themes }: DescribedPoem): object {
  const reference = layOut(poem.lines, poem.marks);
  return { prompt: formatPrompt({ form, themes }), form, themes, reference, source: poem.id };
}
