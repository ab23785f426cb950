import { describe, expect, it } from 'vitest';
import { ownPoemExamples } from '../../src/corpus/own-poems.js';

const PASTED = `相思
王維
紅豆生南國，春來發幾枝。
願君多采擷，此物最相思。

渡易水歌
风萧萧兮易水寒，壮士一去兮不复还。`;

describe('poems of one’s own', () => {
  it('are asked for by their form and their themes, in simplified script', () => {
    const [example, ...more] = ownPoemExamples(PASTED).examples;
    expect(more).toEqual([]);
    expect(example).toMatchObject({
      prompt: [{ role: 'user', content: '写一首[五言绝句] 要求4句 主题为: 爱情、思念、春天' }],
      completion: [{ role: 'assistant', content: '红豆生南国，春来发几枝。\n愿君多采撷，此物最相思。' }],
      title: '相思',
    });
  });

  it('in no form that can be asked for are told apart', () => {
    expect(ownPoemExamples(PASTED).withoutForm.map(({ title }) => title)).toEqual(['渡易水歌']);
    expect(ownPoemExamples('今天天气很好。')).toEqual({ examples: [], withoutForm: [] });
  });
});
