/** The tokenizer of a GGUF file as Hugging Face's tokenizer.json and tokenizer_config.json. */
import { InputError } from '../../support/errors.js';
import { bpeModel, type Merge } from '../tokenizer-json.js';
import type { GgufMetadata } from './file.js';
import { preTokenizerJson } from './pre-tokenizers.js';

/** llama_token_type of llama.h. */
export const TOKEN_TYPE = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

/** A space, as sentencepiece writes it: a lower one eighth block. */
export const SPACE_MARK = '\u2581';

export interface TokenizerFiles {
  readonly tokenizer: Record<string, unknown>;
  readonly config: Record<string, unknown>;
}

/**
 * The merges of a sentencepiece vocabulary: a pair of tokens may be joined where the whole is a token, and the whole with the highest score
 * goes first. Pairs of one whole stand in the order of their ids.
 */
function mergesOfScores(tokens: readonly string[], scores: readonly number[]): Merge[] {
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const wholes = [...tokens.keys()].sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
  return wholes.flatMap((whole) => {
    const characters = Array.from(tokens[whole] ?? '');
    const pairs: (Merge & { readonly length: 2 })[] = [];
    for (let cut = 1; cut < characters.length; cut += 1) {
      const pair = [characters.slice(0, cut).join(''), characters.slice(cut).join('')] as const;
      if (pair.every((part) => ids.has(part))) pairs.push(pair);
    }
    const order = ([left, right]: Merge): number =>
      (ids.get(left) ?? 0) * tokens.length + (ids.get(right) ?? 0);
    return pairs.sort((a, b) => order(a) - order(b));
  });
}

/** GPT-2's kind: bytes, split by an expression, merged by a list. */
function byteLevelParts(metadata: GgufMetadata, tokens: readonly string[]): Record<string, unknown> {
  const pre = metadata.text('tokenizer.ggml.pre') ?? 'default';
  const preTokenizer = preTokenizerJson(pre);
  if (!preTokenizer) throw metadata.fault('tokenizer.ggml.pre', 'a way of splitting that is known here');
  const merges = (metadata.texts('tokenizer.ggml.merges') ?? []).map((merge): Merge => {
    const space = merge.indexOf(' ', 1);
    return [merge.slice(0, space), merge.slice(space + 1)];
  });
  return {
    normalizer: null,
    pre_tokenizer: preTokenizer,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: bpeModel(tokens, merges),
  };
}

/** Sentencepiece's kind: characters with a mark for spaces, merged by scores; bytes for what has no token. */
function sentencePieceParts(metadata: GgufMetadata, tokens: readonly string[]): Record<string, unknown> {
  const scores = metadata.numbers('tokenizer.ggml.scores') ?? [];
  const unknown = metadata.number('tokenizer.ggml.unknown_token_id');
  const prefix = metadata.flag('tokenizer.ggml.add_space_prefix') ?? true;
  const mark = { type: 'Replace', pattern: { String: ' ' }, content: SPACE_MARK };
  const back = { type: 'Replace', pattern: { String: SPACE_MARK }, content: ' ' };
  const decoders = [back, { type: 'ByteFallback' }, { type: 'Fuse' }];
  const strip = { type: 'Strip', content: ' ', start: 1, stop: 0 };
  return {
    normalizer: prefix
      ? { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: SPACE_MARK }, mark] }
      : mark,
    pre_tokenizer: null,
    decoder: { type: 'Sequence', decoders: prefix ? [...decoders, strip] : decoders },
    model: bpeModel(tokens, mergesOfScores(tokens, scores), {
      unk_token: unknown === undefined ? null : (tokens[unknown] ?? null),
      fuse_unk: true,
      byte_fallback: true,
    }),
  };
}

/** What is put before every text: the token that begins one, if the file says so. */
function beginning(token: string | undefined, id: number | undefined): object | null {
  if (token === undefined || id === undefined) return null;
  const [begin, text] = [{ SpecialToken: { id: token, type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }];
  return {
    type: 'TemplateProcessing',
    single: [begin, text],
    pair: [begin, text, { Sequence: { id: 'B', type_id: 1 } }],
    special_tokens: { [token]: { id: token, ids: [id], tokens: [token] } },
  };
}

/** @throws InputError for a kind of tokenizer that is not read here */
export function tokenizerFiles(metadata: GgufMetadata): TokenizerFiles {
  const kind = metadata.text('tokenizer.ggml.model');
  const tokens = metadata.texts('tokenizer.ggml.tokens');
  if (!tokens || (kind !== 'gpt2' && kind !== 'llama')) {
    throw tokens
      ? metadata.fault('tokenizer.ggml.model', '"gpt2" or "llama"')
      : new InputError(metadata.fault('tokenizer.ggml.tokens', 'a list of tokens').message);
  }
  const types = metadata.numbers('tokenizer.ggml.token_type') ?? [];
  const isAdded = (id: number): boolean =>
    types[id] === TOKEN_TYPE.control ||
    types[id] === TOKEN_TYPE.userDefined ||
    types[id] === TOKEN_TYPE.unknown;
  const added = [...tokens.keys()].filter(isAdded).map((id) => ({
    id,
    content: tokens[id],
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: types[id] !== TOKEN_TYPE.userDefined,
  }));
  const named = (name: string): string | undefined => {
    const id = metadata.number(`tokenizer.ggml.${name}_token_id`);
    return id === undefined ? undefined : tokens[id];
  };
  const bos = metadata.number('tokenizer.ggml.bos_token_id');
  const begins = metadata.flag('tokenizer.ggml.add_bos_token') ?? kind === 'llama';
  return {
    tokenizer: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: added,
      ...(kind === 'gpt2' ? byteLevelParts(metadata, tokens) : sentencePieceParts(metadata, tokens)),
      post_processor: begins ? beginning(named('bos'), bos) : null,
    },
    config: {
      tokenizer_class: 'PreTrainedTokenizerFast',
      clean_up_tokenization_spaces: false,
      bos_token: named('bos') ?? null,
      eos_token: named('eos') ?? null,
      pad_token: named('padding') ?? null,
      unk_token: named('unknown') ?? null,
    },
  };
}
