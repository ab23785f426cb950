/** Writes what is derived from the settings of recipes: recipes/schema.json, and the keys in docs/fine-tuning.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { recipeSchema, settingsInMarkdown } from '../src/training/recipe/reference.js';

const GUIDE = 'docs/fine-tuning.md';
const SCHEMA = 'recipes/schema.json';
const [BEGIN, END] = ['<!-- keys of a recipe: npm run reference -->', '<!-- end of the keys -->'];

/** What the files should hold now. */
export async function reference(): Promise<Record<string, string>> {
  const guide = readFileSync(GUIDE, 'utf8');
  const [before, after] = [guide.indexOf(BEGIN), guide.indexOf(END)];
  if (before < 0 || after < before) throw new Error(`${GUIDE}: expected ${BEGIN} and ${END}`);
  const keys = `${BEGIN}\n\n${settingsInMarkdown()}\n\n`;
  return {
    [GUIDE]: guide.slice(0, before) + keys + guide.slice(after),
    [SCHEMA]: await format(JSON.stringify(recipeSchema()), { parser: 'json', printWidth: 110 }),
  };
}

if (process.argv[1]?.endsWith('recipe-reference.ts')) {
  for (const [file, text] of Object.entries(await reference())) writeFileSync(file, text);
}
