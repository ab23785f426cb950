import { describe, expect, it } from 'vitest';
import { openModel } from '../../src/model/folder.js';
import { wholeTensors } from '../../src/model/whole-tensors.js';
import { tinyModel } from '../support-tiny-model.js';
import { TINY_ARCHITECTURES } from '../tiny-architectures.js';

const lora = { r: 2, loraAlpha: 4, loraDropout: 0, targetModules: ['q_proj'] } as const;

describe('what an adapter trains whole', () => {
  it('are the biases of adapted projections, or all', async () => {
    const { config } = await openModel((await tinyModel(1, { ...TINY_ARCHITECTURES['qwen2'] })).folder);
    const biases = (bias: 'all' | 'lora_only'): string[] => [
      ...wholeTensors(config, { ...lora, bias }).keys(),
    ];
    expect(biases('lora_only')).toEqual([0, 1].map((layer) => `model.layers.${layer}.self_attn.q_proj.bias`));
    expect(biases('all')).toHaveLength(6);
  });

  it('are modules by the ends of their paths, as PEFT has them', async () => {
    const { config } = await openModel((await tinyModel()).folder);
    const saved = (...modulesToSave: string[]): string[] => [
      ...wholeTensors(config, { ...lora, modulesToSave }).keys(),
    ];
    expect(saved('embed_tokens', 'lm_head')).toEqual(['model.embed_tokens.weight', 'lm_head.weight']);
    expect(saved('model.norm')).toEqual(['model.norm.weight']);
    expect(saved('input_layernorm')).toHaveLength(2);
    expect(saved('norm').length).toBeGreaterThan(4);
    expect(() => saved('q_proj')).toThrow(/modules_to_save: found q_proj, expected some of embed_tokens, /);
    expect([...wholeTensors(config, { ...lora, bias: 'all' })]).toEqual([]);
  });
});
