/** One's own poems as training examples: each with the prompt that asks for it. */
import { formOfShape } from '../poetry/forms/forms.js';
import { layOut } from '../poetry/forms/layout.js';
import { readPoemText, type PastedPoem } from '../poetry/parsing/poem-text.js';
import { formatPrompt } from '../poetry/prompt.js';
import { toSimplified } from '../poetry/script/script.js';
import { describeThemes } from '../poetry/themes.js';
import { assistantMessage, userMessage, type SftExample } from './dataset.js';

/** What a text gives to learn from. */
export interface OwnPoems {
  readonly examples: readonly SftExample[];
  /** Poems in none of the forms that can be asked for. */
  readonly withoutForm: readonly PastedPoem[];
}

/** The poems of a text as people paste them, in simplified script, each asked for by its form and its themes. */
export function ownPoemExamples(text: string): OwnPoems {
  const { poems } = readPoemText(toSimplified(text));
  const asked = poems.map((poem) => ({ poem, form: formOfShape(poem.lines) }));
  return {
    examples: asked.flatMap(({ poem, form }) => {
      if (!form) return [];
      const { lines, marks, title = '' } = poem;
      const themes = describeThemes(title, lines.join('，'));
      return {
        prompt: userMessage(formatPrompt({ form, themes, lines: lines.length })),
        completion: assistantMessage(layOut(lines, marks)),
        ...{ form, themes, title },
      };
    }),
    withoutForm: asked.filter(({ form }) => !form).map(({ poem }) => poem),
  };
}
