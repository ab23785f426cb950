/** The rules of regulated verse that a check can find broken, or bent by a known licence. */

export interface Rule {
  readonly id: string;
  readonly chinese: string;
  readonly english: string;
  readonly explanation: string;
  readonly source: string;
  /** A licence is named but breaks nothing. */
  readonly licence: boolean;
}

const WANG_LI = '王力《诗词格律》';

const rule = (id: string, chinese: string, english: string, explanation: string, licence = false): Rule => ({
  id,
  chinese,
  english,
  explanation,
  source: WANG_LI,
  licence,
});

export const RULES = {
  'line-length': rule(
    'line-length',
    '字数',
    'line length',
    'every line has five, or every line seven characters',
  ),
  'line-count': rule(
    'line-count',
    '句数',
    'number of lines',
    'a quatrain has four lines, regulated verse eight or more',
  ),
  alternation: rule(
    'alternation',
    '失替',
    'alternation',
    'the second, fourth and sixth characters alternate in tone',
  ),
  opposition: rule('opposition', '失对', 'opposition', 'the lines of a couplet oppose each other in tone'),
  adhesion: rule(
    'adhesion',
    '失粘',
    'adhesion',
    'a couplet begins in the tone in which the one before it ended',
  ),
  ending: rule('ending', '句脚', 'line ending', 'rhyming lines end level, the others oblique'),
  'lone-level': rule(
    'lone-level',
    '孤平',
    'lone level',
    'a level-ending line must not keep a single level tone besides its rhyme',
  ),
  'three-level': rule(
    'three-level',
    '三平尾',
    'three levels at the end',
    'a line must not end in three level tones',
  ),
  rhyme: rule('rhyme', '出韵', 'off rhyme', 'all rhymes belong to one level-tone group'),
  'repeated-rhyme': rule('repeated-rhyme', '重韵', 'repeated rhyme word', 'a rhyme word is used once'),
  'three-oblique': rule(
    'three-oblique',
    '三仄尾',
    'three obliques at the end',
    'tolerated in Tang verse',
    true,
  ),
  turn: rule('turn', '拗句 平平仄平仄', 'the common turn', '平平仄平仄 for 平平平仄仄', true),
  'self-rescue': rule(
    'self-rescue',
    '本句自救',
    'rescue in the line',
    'a level third character makes up for an oblique first',
    true,
  ),
  'couplet-rescue': rule(
    'couplet-rescue',
    '对句相救',
    'rescue in the couplet',
    'a level third character in the answering line makes up for this one',
    true,
  ),
  'borrowed-rhyme': rule(
    'borrowed-rhyme',
    '首句借邻韵',
    'borrowed first rhyme',
    'the first line may rhyme in a neighbouring group',
    true,
  ),
} as const satisfies Record<string, Rule>;

export type RuleId = keyof typeof RULES;

export interface Violation {
  readonly rule: RuleId;
  /** Line number from 1. */
  readonly line: number;
  /** The characters concerned. */
  readonly chars: string;
  readonly message: string;
}

export function violation(rule: RuleId, line: number, chars: string): Violation {
  const { chinese, english, explanation } = RULES[rule];
  return { rule, line, chars, message: `${chinese} (${english}): ${explanation}` };
}
