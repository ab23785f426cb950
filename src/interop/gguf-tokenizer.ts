/** A tokenizer as GGUF's metadata keeps it: a byte-level BPE as llama.cpp's `gpt2`, one of characters with bytes for the others as its `llama`. */
import path from 'node:path';
import { GGUFValueType } from '@huggingface/gguf';
import type { ModelFolder } from '../model/folder.js';
import { preTokenizerName } from '../model/gguf/pre-tokenizers.js';
import { SPACE_MARK, TOKEN_TYPE } from '../model/gguf/tokenizer.js';
import { Tokenizer } from '../model/tokenizer.js';
import { InputError } from '../support/errors.js';
import { isRecord, readJson } from '../support/files.js';

interface Vocabulary {
  readonly tokens: string[];
  readonly types: number[];
}

interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
}

/** Tokens by id. Ids that have no token are filled up to the size of the embedding. */
function readVocabulary(
  vocab: Record<string, unknown>,
  added: readonly AddedToken[],
  size: number,
): Vocabulary {
  const tokens = Array.from({ length: size }, (_, id) => `[PAD${id}]`);
  const types = new Array<number>(size).fill(TOKEN_TYPE.unused);
  for (const [token, id] of Object.entries(vocab)) {
    tokens[Number(id)] = token;
    types[Number(id)] = TOKEN_TYPE.normal;
  }
  for (const { id, content, special } of added) {
    tokens[id] = content;
    types[id] = special ? TOKEN_TYPE.control : TOKEN_TYPE.userDefined;
  }
  return { tokens, types };
}

/** Metadata of the tokenizer and chat template of a model folder. */
export async function ggufTokenizer(model: ModelFolder): Promise<Record<string, unknown>> {
  const file = path.join(model.folder, 'tokenizer.json');
  const json = await readJson(file);
  const bpe = isRecord(json) ? json['model'] : undefined;
  if (!isRecord(json) || !isRecord(bpe) || !isRecord(bpe['vocab'])) {
    throw new InputError(`${file}: model.vocab is missing, expected a BPE tokenizer`);
  }
  const added = (Array.isArray(json['added_tokens']) ? json['added_tokens'] : []) as AddedToken[];
  const vocabulary = readVocabulary(bpe['vocab'], added, model.config.vocabSize);
  const merges = Array.isArray(bpe['merges']) ? (bpe['merges'] as Merges) : [];
  const pre = preTokenizerName(json['pre_tokenizer']);
  const kind = pre === undefined ? sentencePiece(vocabulary, merges, json, file) : byteLevel(pre, merges);
  const { endOfTurn, endOfText, beginning, chatTemplate } = await Tokenizer.load(model.folder);
  const id = (value: number): unknown => ({ value, type: GGUFValueType.UINT32 });
  return {
    ...kind,
    'tokenizer.ggml.tokens': array(vocabulary.tokens, GGUFValueType.STRING),
    'tokenizer.ggml.token_type': array(vocabulary.types, GGUFValueType.INT32),
    'tokenizer.ggml.eos_token_id': id(endOfTurn),
    'tokenizer.ggml.bos_token_id': id(beginning ?? endOfText),
    'tokenizer.ggml.padding_token_id': id(endOfText),
    'tokenizer.ggml.add_bos_token': { value: beginning !== undefined, type: GGUFValueType.BOOL },
    'tokenizer.chat_template': { value: chatTemplate, type: GGUFValueType.STRING },
  };
}

const array = (value: readonly unknown[], subType: GGUFValueType): unknown => ({
  value,
  type: GGUFValueType.ARRAY,
  subType,
});

type Merges = readonly (string | readonly [string, string])[];

function byteLevel(pre: string, merges: Merges): Record<string, unknown> {
  const pairs = merges.map((pair) => (typeof pair === 'string' ? pair : pair.join(' ')));
  return {
    'tokenizer.ggml.model': { value: 'gpt2', type: GGUFValueType.STRING },
    'tokenizer.ggml.pre': { value: pre, type: GGUFValueType.STRING },
    'tokenizer.ggml.merges': array(pairs, GGUFValueType.STRING),
  };
}

/**
 * Characters, merged by rank, and bytes for what has no token: what llama.cpp's `llama` does with scores that fall with the rank of the first
 * merge that gives a token.
 */
function sentencePiece(
  { tokens, types }: Vocabulary,
  merges: Merges,
  json: Record<string, unknown>,
  file: string,
): Record<string, unknown> {
  if (!isRecord(json['model']) || json['model']['byte_fallback'] !== true) {
    throw new InputError(
      `${file}: expected a byte-level BPE that splits as GPT-2, SmolLM, Qwen2 or Llama 3 do, or one with byte_fallback`,
    );
  }
  const unknown = tokens.indexOf(String(json['model']['unk_token']));
  const ranks = new Map<string, number>();
  merges.forEach((pair, rank) => {
    const whole = typeof pair === 'string' ? pair.replace(' ', '') : pair.join('');
    if (!ranks.has(whole)) ranks.set(whole, rank);
  });
  const scores = tokens.map((token) => -(ranks.get(token) ?? merges.length));
  tokens.forEach((token, id) => {
    if (/^<0x[0-9A-F]{2}>$/.test(token)) types[id] = TOKEN_TYPE.byte;
    if (token === ' ') tokens[id] = SPACE_MARK;
  });
  const normalizer = JSON.stringify(json['normalizer'] ?? '') + JSON.stringify(json['pre_tokenizer'] ?? '');
  const addsPrefix = /"Prepend"|"prepend_scheme":"(?:first|always)"/.test(normalizer);
  return {
    'tokenizer.ggml.model': { value: 'llama', type: GGUFValueType.STRING },
    'tokenizer.ggml.pre': { value: 'default', type: GGUFValueType.STRING },
    'tokenizer.ggml.scores': array(scores, GGUFValueType.FLOAT32),
    'tokenizer.ggml.add_space_prefix': { value: addsPrefix, type: GGUFValueType.BOOL },
    ...(unknown < 0
      ? {}
      : { 'tokenizer.ggml.unknown_token_id': { value: unknown, type: GGUFValueType.UINT32 } }),
  };
}
