/** How byte-level tokenizers split a text before they merge: llama.cpp's names, and tokenizer.json's description. */
import { isRecord } from '../../support/files.js';

/** Splitting by an expression; what it finds are the pieces. */
const split = (regex: string) => ({
  type: 'Split',
  pattern: { Regex: regex },
  behavior: 'Isolated',
  invert: false,
});

const byteLevel = (useRegex: boolean) => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: useRegex,
});

const sequence = (...pretokenizers: object[]) => ({ type: 'Sequence', pretokenizers });

/** By the name that llama.cpp gives them (llama-vocab.cpp), the first of those that split alike. */
const PRE_TOKENIZERS: readonly { readonly names: readonly [string, ...string[]]; readonly json: object }[] = [
  { names: ['gpt-2', 'default', 'phi-2', 'mpt', 'olmo', 'jais'], json: byteLevel(true) },
  {
    names: ['smollm', 'starcoder', 'refact', 'command-r', 'codeshell'],
    json: sequence({ type: 'Digits', individual_digits: true }, byteLevel(true)),
  },
  {
    names: ['qwen2', 'stablelm2', 'deepseek-r1-qwen', 'megrez'],
    json: sequence(
      split(
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
      ),
      byteLevel(false),
    ),
  },
  {
    names: ['llama-bpe', 'llama3', 'llama-v3', 'dbrx', 'smaug-bpe'],
    json: sequence(
      split(
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
      ),
      byteLevel(false),
    ),
  },
];

/** tokenizer.json's description of what llama.cpp calls so; undefined for a name that is not known here. */
export function preTokenizerJson(name: string): object | undefined {
  return PRE_TOKENIZERS.find(({ names }) => names.includes(name))?.json;
}

/** llama.cpp's name of a description, by what tells the kinds apart; undefined for one that is not byte-level or not known here. */
export function preTokenizerName(json: unknown): string | undefined {
  const parts = isRecord(json) && Array.isArray(json['pretokenizers']) ? json['pretokenizers'] : [json];
  const records = parts.filter(isRecord);
  if (!records.some(({ type }) => type === 'ByteLevel')) return undefined;
  const patterns = (list: readonly Record<string, unknown>[]): string =>
    list
      .map(({ type, pattern, individual_digits: digits }) => JSON.stringify([type, pattern, digits]))
      .join();
  const own = patterns(records);
  const found = PRE_TOKENIZERS.find(({ json: known }) => {
    const theirs =
      isRecord(known) && Array.isArray(known['pretokenizers']) ? known['pretokenizers'] : [known];
    return patterns(theirs.filter(isRecord)) === own;
  });
  return found?.names[0];
}
