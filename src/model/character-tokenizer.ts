/**
 * Making a character tokenizer in Hugging Face's format: a token a character, bytes for what it does not know, and
 * Qwen's chat markers.
 */
import path from 'node:path';
import { writeJson } from '../support/files.js';
import { bpeModel } from './tokenizer-json.js';

const CHAT_MARKERS = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'] as const;

/** One token each: the chat's roles appear in every example. */
const ROLES = ['system', 'user', 'assistant'] as const;

const ASCII = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
const PUNCTUATION = [...'，。？！；：、《》「」（）·…“”'];

const CHAT_TEMPLATE = [
  '{%- for message in messages -%}',
  "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}",
  '{%- endfor -%}',
  "{%- if add_generation_prompt -%}{{ '<|im_start|>assistant\\n' }}{%- endif -%}",
].join('');

export interface CharacterTokenizer {
  readonly vocabSize: number;
  readonly tokens: { readonly bos: number; readonly eos: number; readonly pad: number };
}

/**
 * Writes tokenizer.json and tokenizer_config.json.
 *
 * @param characters the characters to know, the most frequent first
 * @returns the vocabulary's size and the ids that config.json names
 */
export async function writeCharacterTokenizer(
  folder: string,
  characters: readonly string[],
): Promise<CharacterTokenizer> {
  const bytes = Array.from(
    { length: 256 },
    (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
  );
  const tokens = [
    ...new Set([...CHAT_MARKERS, ...ROLES, ...bytes, '\n', ...ASCII, ...PUNCTUATION, ...characters]),
  ];
  const added = [...CHAT_MARKERS, ...ROLES].map((content, id) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: id < CHAT_MARKERS.length,
  }));
  await writeJson(path.join(folder, 'tokenizer.json'), {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: { type: 'NFC' },
    pre_tokenizer: null,
    post_processor: null,
    decoder: { type: 'Sequence', decoders: [{ type: 'ByteFallback' }, { type: 'Fuse' }] },
    model: bpeModel(tokens, [], { byte_fallback: true }),
  });
  await writeJson(path.join(folder, 'tokenizer_config.json'), {
    added_tokens_decoder: Object.fromEntries(added.map(({ id, ...token }) => [id, token])),
    bos_token: null,
    chat_template: CHAT_TEMPLATE,
    clean_up_tokenization_spaces: false,
    eos_token: '<|im_end|>',
    model_max_length: 1024,
    pad_token: '<|endoftext|>',
    tokenizer_class: 'PreTrainedTokenizerFast',
  });
  return { vocabSize: tokens.length, tokens: { bos: 0, eos: 2, pad: 0 } };
}
