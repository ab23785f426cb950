/** What writers of Hugging Face's tokenizer.json share. */

/** Two tokens that are joined to a third. */
export type Merge = readonly [string, string];

/** A BPE model whose tokens stand in the order of their ids. @param changes what is otherwise than by default */
export const bpeModel = (
  tokens: readonly string[],
  merges: readonly Merge[],
  changes: object = {},
): object => ({
  type: 'BPE',
  dropout: null,
  unk_token: null,
  continuing_subword_prefix: null,
  end_of_word_suffix: null,
  fuse_unk: false,
  byte_fallback: false,
  vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
  merges,
  ...changes,
});
