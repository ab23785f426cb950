/** A tokenizer as GGUF's metadata keeps it: a byte-level BPE as llama.cpp's `gpt2`, a character vocabulary as its `llama`. */
import path from 'node:path';
import { GGUFValueType } from '@huggingface/gguf';
import type { ModelFolder } from '../model/folder.js';
import { Tokenizer } from '../model/tokenizer.js';
import { InputError } from '../support/errors.js';
import { isRecord, readJson } from '../support/files.js';

/** llama_token_type of llama.h. */
const TOKEN_TYPE = { normal: 1, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

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
  const merges = Array.isArray(bpe['merges']) ? (bpe['merges'] as (string | [string, string])[]) : [];
  const kind = JSON.stringify(json['pre_tokenizer'] ?? '').includes('ByteLevel')
    ? byteLevel(merges)
    : characterLevel(vocabulary, merges, bpe['byte_fallback'] === true, file);
  const { endOfTurn, endOfText, chatTemplate } = await Tokenizer.load(model.folder);
  const id = (value: number): unknown => ({ value, type: GGUFValueType.UINT32 });
  return {
    ...kind,
    'tokenizer.ggml.tokens': array(vocabulary.tokens, GGUFValueType.STRING),
    'tokenizer.ggml.token_type': array(vocabulary.types, GGUFValueType.INT32),
    'tokenizer.ggml.eos_token_id': id(endOfTurn),
    'tokenizer.ggml.bos_token_id': id(endOfText),
    'tokenizer.ggml.padding_token_id': id(endOfText),
    'tokenizer.ggml.add_bos_token': { value: false, type: GGUFValueType.BOOL },
    'tokenizer.chat_template': { value: chatTemplate, type: GGUFValueType.STRING },
  };
}

const array = (value: readonly unknown[], subType: GGUFValueType): unknown => ({
  value,
  type: GGUFValueType.ARRAY,
  subType,
});

function byteLevel(merges: readonly (string | [string, string])[]): Record<string, unknown> {
  const pairs = merges.map((pair) => (typeof pair === 'string' ? pair : pair.join(' ')));
  return {
    'tokenizer.ggml.model': { value: 'gpt2', type: GGUFValueType.STRING },
    'tokenizer.ggml.pre': { value: 'qwen2', type: GGUFValueType.STRING },
    'tokenizer.ggml.merges': array(pairs, GGUFValueType.STRING),
  };
}

/** One token a character, and bytes for the others: what llama.cpp's `llama` does when nothing can be merged. */
function characterLevel(
  { tokens, types }: Vocabulary,
  merges: readonly unknown[],
  byteFallback: boolean,
  file: string,
): Record<string, unknown> {
  if (merges.length > 0 || !byteFallback) {
    throw new InputError(
      `${file}: expected a byte-level BPE, or one of characters without merges and with byte_fallback`,
    );
  }
  tokens.forEach((token, id) => {
    if (/^<0x[0-9A-F]{2}>$/.test(token)) types[id] = TOKEN_TYPE.byte;
    // It writes a space as a lower one eighth block.
    if (token === ' ') tokens[id] = '\u2581';
  });
  return {
    'tokenizer.ggml.model': { value: 'llama', type: GGUFValueType.STRING },
    'tokenizer.ggml.pre': { value: 'default', type: GGUFValueType.STRING },
    'tokenizer.ggml.scores': array(
      tokens.map(() => 0),
      GGUFValueType.FLOAT32,
    ),
    'tokenizer.ggml.add_space_prefix': { value: false, type: GGUFValueType.BOOL },
  };
}
