/** Parallelism of known couplets. */
import { describe, expect, it } from 'vitest';
import { parallelism } from '../../../src/poetry/prosody/parallelism.js';

/** Couplets that handbooks of verse show as parallel; the last is one that flows on (流水对). */
const PARALLEL = [
  ['两个黄鹂鸣翠柳', '一行白鹭上青天'],
  ['国破山河在', '城春草木深'],
  ['明月松间照', '清泉石上流'],
  ['星垂平野阔', '月涌大江流'],
  ['无边落木萧萧下', '不尽长江滚滚来'],
  ['身无彩凤双飞翼', '心有灵犀一点通'],
  ['欲穷千里目', '更上一层楼'],
] as const;
/** Couplets that are not meant to be. */
const LOOSE = [
  ['床前明月光', '疑是地上霜'],
  ['夜来风雨声', '花落知多少'],
  ['劝君更尽一杯酒', '西出阳关无故人'],
] as const;

describe('parallelism', () => {
  it.each(PARALLEL)('%s %s is parallel', (upper, lower) => {
    expect(parallelism(upper, lower)).toBeGreaterThan(0.75);
  });

  it.each(LOOSE)('%s %s is not', (upper, lower) => {
    expect(parallelism(upper, lower)).toBeLessThan(0.5);
  });

  it('is the same in traditional script', () => {
    expect(parallelism('兩個黃鸝鳴翠柳', '一行白鷺上青天')).toBeCloseTo(parallelism(...PARALLEL[0]), 2);
  });

  it('is none for lines of different lengths, and low for a line that repeats the other', () => {
    expect(parallelism('床前明月光', '一行白鹭上青天')).toBe(0);
    expect(parallelism('明月松间照', '明月松间照')).toBeLessThan(0.3);
  });
});
