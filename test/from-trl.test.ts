/** docs/from-trl.md: each recipe says what the script beside it says, and runs. */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseRecipe } from '../src/training/recipe.js';
import { run } from './in-process.js';
import { shiren } from './shiren.js';

const page = readFileSync('docs/from-trl.md', 'utf8');
const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text = '']) => text);
const scripts = blocks('python');
const recipes = blocks('yaml');

/** The literal arguments of a call in a script: `beta=0.1`, `target_modules=["q_proj"]`. */
function argumentsOf(script: string, call: RegExp): Record<string, unknown> {
  const [, text = ''] = call.exec(script) ?? [];
  const literals = [...text.matchAll(/(\w+)=(\[[^\]]*\]|"[^"]*"|[\w.-]+)/g)];
  return Object.fromEntries(
    literals.map(([, name = '', value = '']) => [name, JSON.parse(value.replace('True', 'true')) as unknown]),
  );
}

describe('a script of TRL and the recipe beside it', () => {
  it.each([0, 1])('say the same (%i)', (index) => {
    const script = scripts[index] ?? '';
    const { model_name_or_path: base, stages } = parseRecipe(recipes[index] ?? '', 'docs/from-trl.md');
    const { output_dir: out, ...config } = argumentsOf(script, /(?:SFT|DPO)Config\(([\s\S]*?)\n {4}\)/);
    const lora = argumentsOf(script, /LoraConfig\((.*)\)/);
    expect(Object.keys(config).length).toBeGreaterThanOrEqual(6);
    expect(stages).toHaveLength(1);
    expect(stages[0]).toMatchObject({ ...config, ...lora });
    expect(script).toContain(`"${base}"`);
    expect(out).toBe(`output/${stages[0]?.name}`);
  });
});

describe('the recipes of the page', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'shiren-from-trl-'));
  beforeAll(() => {
    const built = path.join(folder, 'built');
    expect(shiren(['data', 'build', '--out', built, '--validation-share', '0.1']).code).toBe(0);
    for (const [name, from] of [
      ['train', 'clean/train'],
      ['validation', 'clean/validation'],
      ['preference', 'preference/train'],
    ] as const) {
      const lines = readFileSync(path.join(built, `${from}.jsonl`), 'utf8').split('\n');
      writeFileSync(path.join(folder, `${name}.jsonl`), lines.slice(0, 8).join('\n'));
    }
  });

  it.each([
    ['sft.yaml', 'sft'],
    ['dpo.yaml', 'dpo'],
  ])('%s runs', { timeout: 300_000 }, async (file, stage) => {
    const text = recipes.find((one) => one.startsWith(`# ${file}\n`)) ?? '';
    const recipe = path.join(folder, file);
    writeFileSync(recipe, text.replace('output/sft', path.join(folder, 'output/sft')));
    const tiny = ['max_steps=1', 'gradient_accumulation_steps=1', 'eval_steps=1'];
    const { code, text: said } = await run(
      ...[
        'train',
        recipe,
        '--model',
        'models/miniature',
        '--data',
        folder,
        '--out',
        path.join(folder, 'output'),
      ],
      ...tiny.flatMap((setting) => ['--set', setting]),
    );
    expect([code, code === 0 ? '' : said]).toEqual([0, '']);
    expect(existsSync(path.join(folder, 'output', stage, 'adapter_model.safetensors'))).toBe(true);
  });
});
