/** A tiny random Qwen3 with a character tokenizer, built for the tests. */
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { writeCharacterTokenizer } from '../src/model/character-tokenizer.js';
import { qwen3ConfigJson } from '../src/model/architectures/qwen3.js';
import { parseConfig } from '../src/model/architectures/registry.js';
import type { ModelConfig } from '../src/model/config.js';
import { writeSafetensors } from '../src/model/safetensors.js';
import { writeJson } from '../src/support/files.js';
import { initialiseWeights } from '../src/training/pretrain.js';

/** Characters of both tones and of several rhyme groups, enough of each for the constraints to have a choice. */
const CHARACTERS =
  '白日依山尽黄河入海流欲穷千里目更上一层楼舟秋愁楼头州游休忧留洲收浮鸥牛楼沟丘求钩侯幽' +
  '明月光疑是地霜举望低思故乡长床堂香章凉忙茫方扬阳常芳藏央江水风花落知多少春眠不觉晓处闻啼鸟夜来雨声' +
  '人心深林音金寻今吟琴侵阴沉临簪襟衾斟心禽岑天年边前烟泉船弦仙田眠然怜连鲜迁县千肩贤坚写首五七言绝句律诗要求主题为';

/** @param keys of config.json that differ: another `model_type`, a window */
export async function tinyModel(
  seed = 1,
  keys: Readonly<Record<string, unknown>> = {},
): Promise<{ folder: string; config: ModelConfig }> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'shiren-tiny-'));
  const { vocabSize, tokens } = await writeCharacterTokenizer(folder, [...CHARACTERS]);
  const sizes = {
    vocabSize,
    hiddenSize: 32,
    intermediateSize: 48,
    numHiddenLayers: 2,
    numAttentionHeads: 4,
    numKeyValueHeads: 2,
    headDim: 16,
    rmsNormEps: 1e-6,
    ropeTheta: 10_000,
    maxPositionEmbeddings: 512,
    tieWordEmbeddings: true,
  };
  const json = { ...qwen3ConfigJson(sizes, tokens), ...keys };
  const config = parseConfig(json, 'config.json');
  await writeJson(path.join(folder, 'config.json'), json);
  await writeSafetensors(path.join(folder, 'model.safetensors'), initialiseWeights(config, seed), 'BF16');
  return { folder, config };
}
