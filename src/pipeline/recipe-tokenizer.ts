/** The tokenizer that a recipe works with: its model's own, with the recipe's chat template where it has one. */
import { existsSync } from 'node:fs';
import type { Tokenizer } from '../model/tokenizer.js';
import { readText } from '../support/files.js';
import { resolvePath } from '../support/package-files.js';
import type { Recipe } from '../training/recipe.js';

/** A model's tokenizer with the chat template that a recipe gives, where it gives one. */
export async function recipeTokenizer(
  own: Tokenizer,
  { chat_template: given }: Pick<Recipe, 'chat_template'>,
): Promise<Tokenizer> {
  return given === undefined ? own : own.withTemplate(await readTemplate(given));
}

/** A template in Jinja, or the content of the file that is named. */
async function readTemplate(given: string): Promise<string> {
  const file = given.includes('\n') ? undefined : resolvePath(given);
  return file !== undefined && existsSync(file) ? readText(file) : given;
}
