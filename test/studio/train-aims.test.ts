import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AIMS, aimsOf, dataFolders, fieldsOf, lacksData } from '../../src/studio/page/train-aims.js';

/** The recipes that ship. */
const recipes = readdirSync('recipes')
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => `recipes/${name}`);
const fresh = { recipes, data: ['output/data'], votesData: 'output/studio' };

describe('what one may train for', () => {
  it('has a recipe each among those that ship', () => {
    expect(aimsOf(fresh)).toEqual(AIMS);
    expect(AIMS.map((aim) => fieldsOf(aim, fresh).recipe)).toEqual([
      ...['recipes/mini.yaml', 'recipes/qwen3-0.6b.yaml', 'recipes/mini.yaml'],
      ...['recipes/grpo.yaml', 'recipes/votes.yaml'],
    ]);
    expect(aimsOf({ ...fresh, recipes: ['recipes/mini.yaml'] })).toEqual(['miniature', 'own']);
  });

  it('takes its own data where that is there, and says where it is not', () => {
    expect(fieldsOf('own', fresh).data).toBe('output/data');
    expect(AIMS.filter((aim) => lacksData(aim, fresh))).toEqual(['published', 'own']);
    const mine = { ...fresh, data: ['output/data', 'output/mine'] };
    expect([fieldsOf('own', mine).data, lacksData('own', mine)]).toEqual(['output/mine', false]);
    expect(fieldsOf('miniature', mine).data).toBe('output/data');
    expect(fieldsOf('votes', mine).data).toBe('output/studio');
    expect(dataFolders(mine)).toEqual(['output/data', 'output/mine', 'output/studio']);
  });
});
