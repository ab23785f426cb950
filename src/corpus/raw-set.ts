/** The raw set: the texts of the source as they are, merely split into lines. */
import { FORM_NAMES, formOfShape, FORMS, hasOneCount, type FormName } from '../poetry/forms/forms.js';
import { LINE_LENGTHS } from '../poetry/prosody/line-types.js';
import { toSimplified } from '../poetry/script/script.js';
import { characters, splitLines } from '../poetry/text.js';
import { describeThemes } from '../poetry/themes.js';
import type { BuildOptions } from './build-options.js';
import { assistantMessage, userMessage, type SftExample } from './dataset.js';
import type { Duplicates } from './duplicates.js';
import type { Keywords } from './keywords.js';
import type { SourcePoem } from './poem.js';
import { promptOf } from './prompts.js';
import { poemFiles, readPoems } from './read.js';
import { sharesLines } from './shared-lines.js';
import { splitOf, type DescribedPoem } from './split.js';

/** An answer of the raw set. */
interface RawAnswer {
  readonly id: string;
  readonly form: FormName;
  readonly title: string;
  readonly text: string;
}

/** The raw set's answer: the text as it came, merely split into lines. */
function rawAnswer(poem: SourcePoem): RawAnswer | undefined {
  const text = toSimplified(poem.paragraphs.join('\n')).trim();
  const form = guessForm(text);
  if (text.length < 8 || text.length >= 160 || !form) return undefined;
  return { id: poem.id, form, title: poem.title, text };
}

function guessForm(text: string): FormName | undefined {
  const lines = splitLines(text);
  const exact = formOfShape(lines);
  if (exact) return exact;
  const size = characters(lines[0] ?? '').length;
  const length = LINE_LENGTHS.find((one) => size <= one) ?? Math.max(...LINE_LENGTHS);
  const near = FORM_NAMES.filter((name) => FORMS[name].length === length && hasOneCount(name));
  const distance = (name: FormName): number => Math.abs(FORMS[name].lines - lines.length);
  return near.reduce((best, name) => (distance(name) <= distance(best) ? name : best), near[0] as FormName);
}

/**
 * The raw set: all texts but those of held-out clusters, and of poems that share two lines with a held-out one. The source is read
 * once more, so that its texts need not be held.
 */
export async function* rawExamples(
  described: readonly DescribedPoem[],
  duplicates: Duplicates,
  keywords: Keywords,
  options: BuildOptions,
): AsyncGenerator<SftExample> {
  const heldOut = new Set(
    described.filter(({ split }) => split !== 'train').flatMap(({ poem }) => poem.lines),
  );
  for await (const source of readPoems(await poemFiles(options.source))) {
    const answer = rawAnswer(source);
    if (!answer) continue;
    const { id, form, title, text } = answer;
    const original = duplicates.dropped.get(id)?.of ?? id;
    if (splitOf(duplicates.clusterOf(original), options) !== 'train') continue;
    const lines = splitLines(text);
    if (sharesLines(lines, heldOut)) continue;
    const themes = describeThemes(title, text);
    const subject = { id, form, themes, title: toSimplified(title), text, keywords: keywords.of(lines) };
    yield {
      prompt: userMessage(promptOf(subject, options)),
      completion: assistantMessage(text),
      form,
      themes,
      source: id,
    };
  }
}
