import { describe, expect, it } from 'vitest';
import { MODERN_LANGUAGE } from '../../src/poetry/modern-words.js';

describe('today’s language', () => {
  const words = (text: string): string[] => text.match(MODERN_LANGUAGE) ?? [];

  it('is told by its words and particles', () => {
    expect(words('因为我们已经没有时间了吗')).toEqual(['因为', '我们', '已经', '没有', '时间', '吗']);
    expect(words('你的世界')).toEqual(['的', '世界']);
  });

  it('is not found in verse, where its characters meet by chance too', () => {
    expect(words('白日依山尽，黄河入海流。欲穷千里目，更上一层楼。')).toEqual([]);
    expect(words('不觉得闲非常道，就是山中可喜欢')).toEqual([]);
  });
});
