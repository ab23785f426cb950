import { describe, expect, it } from 'vitest';
import { describeThemes, labelPoem, themeCoverage, themeWords } from '../../src/poetry/themes.js';

describe('themes', () => {
  it('are subjects, told by the title and the text, and things that are named', () => {
    const farewell = describeThemes(
      '送元二使安西',
      '渭城朝雨浥轻尘客舍青青柳色新劝君更尽一杯酒西出阳关无故人',
    );
    expect(farewell).toContain('送别');
    expect(farewell.length).toBeGreaterThanOrEqual(2);
    expect(farewell.length).toBeLessThanOrEqual(4);
    const moon = describeThemes('月夜思乡', '床前明月光疑是地上霜举头望明月低头思故乡');
    expect(moon).toEqual(expect.arrayContaining(['思乡', '明月']));
  });

  it('label a poem only with what it tells plainly', () => {
    const frontier = labelPoem('出塞', '秦时明月汉时关万里长征人未还但使龙城飞将在不教胡马度阴山');
    expect(frontier).toContain('边塞');
    expect(frontier).not.toContain('田园');
  });

  it('are covered by a text that has one of their words', () => {
    expect(themeCoverage('举头望明月', ['明月', '思乡'])).toBe(0.5);
    expect(themeCoverage('独钓寒江雪', [])).toBe(1);
    expect(themeWords('蓑笠')).toEqual(['蓑', '笠']);
  });
});
