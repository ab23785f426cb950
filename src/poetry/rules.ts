/** The rules of regulated verse that a check can find broken, or bent by a known licence. */

export interface Rule {
  readonly id: string;
  readonly chinese: string;
  readonly english: string;
  /** One line each. */
  readonly explanation: string;
  readonly chineseExplanation: string;
  readonly source: string;
  /** A violation breaks regulated verse; a licence is a known way round; a note is a matter of taste. */
  readonly kind: 'violation' | 'licence' | 'note';
}

const METER = '王力《诗词格律》第二章第四节 律诗的平仄';
const RHYME = '王力《诗词格律》第二章第三节 律诗的韵';
const FORM = '王力《诗词格律》第二章第一节 诗的种类';
const FAULTS = '王力《汉语诗律学》第一章 近体诗';

const rule = (
  id: string,
  chinese: string,
  english: string,
  explanation: string,
  chineseExplanation: string,
  source: string,
  kind: Rule['kind'] = 'violation',
): Rule => ({ id, chinese, english, explanation, chineseExplanation, source, kind });

export const RULES = {
  'line-length': rule(
    'line-length',
    '字数',
    'line length',
    'every line has five, or every line seven characters',
    '各句皆五言或皆七言',
    FORM,
  ),
  'line-count': rule(
    'line-count',
    '句数',
    'number of lines',
    'a quatrain has four lines, regulated verse eight or more',
    '绝句四句，律诗八句以上',
    FORM,
  ),
  alternation: rule(
    'alternation',
    '失替',
    'alternation',
    'the second, fourth and sixth characters alternate in tone',
    '二、四、六字平仄相间',
    METER,
  ),
  opposition: rule(
    'opposition',
    '失对',
    'opposition',
    'the lines of a couplet oppose each other in tone',
    '一联上下句平仄相对',
    METER,
  ),
  adhesion: rule(
    'adhesion',
    '失粘',
    'adhesion',
    'a couplet begins in the tone in which the one before it ended',
    '下联首句与上联末句平仄相粘',
    METER,
  ),
  ending: rule(
    'ending',
    '句脚',
    'line ending',
    'rhyming lines end level, the others oblique',
    '韵句平收，余句仄收',
    METER,
  ),
  'lone-level': rule(
    'lone-level',
    '孤平',
    'lone level',
    'a level-ending line must not keep a single level tone besides its rhyme',
    '平收之句除韵脚外不得只余一平',
    METER,
  ),
  'three-level': rule(
    'three-level',
    '三平尾',
    'three levels at the end',
    'a line must not end in three level tones',
    '句尾不得三字皆平',
    METER,
  ),
  rhyme: rule(
    'rhyme',
    '出韵',
    'off rhyme',
    'all rhymes belong to one level-tone group',
    '韵脚须在同一平声韵部',
    RHYME,
  ),
  'repeated-rhyme': rule(
    'repeated-rhyme',
    '重韵',
    'repeated rhyme word',
    'a rhyme word is used once',
    '韵字不得重用',
    RHYME,
  ),
  'three-oblique': rule(
    'three-oblique',
    '三仄尾',
    'three obliques at the end',
    'tolerated in Tang verse',
    '唐人不避',
    METER,
    'licence',
  ),
  turn: rule(
    'turn',
    '拗句 平平仄平仄',
    'the common turn',
    '平平仄平仄 for 平平平仄仄',
    '平平平仄仄可作平平仄平仄',
    METER,
    'licence',
  ),
  'self-rescue': rule(
    'self-rescue',
    '本句自救',
    'rescue in the line',
    'a level third character makes up for an oblique first',
    '首字仄，第三字以平补救',
    METER,
    'licence',
  ),
  'couplet-rescue': rule(
    'couplet-rescue',
    '对句相救',
    'rescue in the couplet',
    'a level third character in the answering line makes up for this one',
    '以对句第三字之平补救本句',
    METER,
    'licence',
  ),
  'borrowed-rhyme': rule(
    'borrowed-rhyme',
    '首句借邻韵',
    'borrowed first rhyme',
    'the first line may rhyme in a neighbouring group',
    '首句可押邻韵',
    RHYME,
    'licence',
  ),
  'chiming-end': rule(
    'chiming-end',
    '撞韵',
    'chiming line end',
    'a line that does not rhyme ends in the same rhyme in another tone',
    '不押韵之句以同韵异声字收尾',
    FAULTS,
    'note',
  ),
  'repeated-character': rule(
    'repeated-character',
    '重字',
    'repeated character',
    'a character stands in two lines, or twice in one without being doubled',
    '一字两见于诗中，叠字除外',
    FAULTS,
    'note',
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
