/** The clean set: whole poems, each with the prompt that asks for it. */
import { layOut } from '../poetry/forms/layout.js';
import { assistantMessage, userMessage, type SftExample } from './dataset.js';
import { promptOf, subjectOf, type PromptOptions } from './prompts.js';
import type { DescribedPoem } from './split.js';

/** The texts that columns beside the messages keep. */
export function columns({ poem, form, themes }: DescribedPoem): Partial<SftExample> {
  const { title, author, traditional, marks, id } = poem;
  return { form, themes, title, author, traditional: layOut(traditional, marks), source: id };
}

/** @param paraphrased whether the prompt may be worded in another way */
export function cleanExample(one: DescribedPoem, options: PromptOptions, paraphrased: boolean): SftExample {
  const { poem } = one;
  const plain = { ...options, paraphraseShare: 0 };
  return {
    prompt: userMessage(promptOf(subjectOf(one), paraphrased ? options : plain)),
    completion: assistantMessage(layOut(poem.lines, poem.marks)),
    ...columns(one),
  };
}
