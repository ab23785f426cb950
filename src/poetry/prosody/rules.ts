/** The rules of verse that a check can find broken, or bent by a known licence, and what it points out beside. */

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
const OLD_STYLE = '王力《汉语诗律学》第二章 古体诗';

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
  unrhymed: rule(
    'unrhymed',
    '出韵',
    'off rhyme',
    'the line ends in no rhyme of the lines around it',
    '句末与邻近韵脚不押',
    OLD_STYLE,
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
    'a level third character (fifth of seven) in the answering line makes up for this one',
    '以对句第三字之平补救本句，七言为第五字',
    METER,
    'licence',
  ),
  'greater-turn': rule(
    'greater-turn',
    '大拗',
    'the greater turn',
    'an oblique fourth character (sixth of seven) in 仄仄平平仄, which the answering line must make up for',
    '仄仄平平仄第四字用仄，七言为第六字，对句必救',
    METER,
    'licence',
  ),
  'lesser-turn': rule(
    'lesser-turn',
    '小拗',
    'the lesser turn',
    'an oblique third character (fifth of seven) in 仄仄平平仄, which the answering line may make up for',
    '仄仄平平仄第三字用仄，七言为第五字，对句可救可不救',
    METER,
    'licence',
  ),
  'double-rescue': rule(
    'double-rescue',
    '一字两救',
    'one rescue for two (一拗两救)',
    'one level character makes up for its own line and for the line before',
    '一字之平兼救本句与出句',
    METER,
    'licence',
  ),
  'borrowed-rhyme': rule(
    'borrowed-rhyme',
    '首句借邻韵（孤雁入群）',
    'borrowed first rhyme',
    'the first line may rhyme in a neighbouring group',
    '首句可押邻韵',
    RHYME,
    'licence',
  ),
  'borrowed-last-rhyme': rule(
    'borrowed-last-rhyme',
    '孤雁出群',
    'borrowed last rhyme',
    'the last line rhymes in a neighbouring group',
    '末句押邻韵',
    FAULTS,
    'licence',
  ),
  'pulley-rhyme': rule(
    'pulley-rhyme',
    '辘轳韵',
    'pulley rhyme',
    'the first two rhymes in one group, the last two in its neighbour',
    '前两韵与后两韵分押相邻两部',
    FAULTS,
    'licence',
  ),
  'alternating-rhyme': rule(
    'alternating-rhyme',
    '进退韵',
    'alternating rhyme',
    'rhymes of two neighbouring groups by turns',
    '相邻两部之韵隔联相押',
    FAULTS,
    'licence',
  ),
  'gourd-rhyme': rule(
    'gourd-rhyme',
    '葫芦韵',
    'gourd rhyme',
    'a few rhymes in one group, then more in its neighbour',
    '先少后多，分押相邻两部',
    FAULTS,
    'licence',
  ),
  'neighbouring-rhymes': rule(
    'neighbouring-rhymes',
    '邻韵通押',
    'neighbouring rhymes mixed',
    'rhymes of neighbouring groups, which old-style verse mixes and regulated verse does not',
    '相邻韵部通押，古体所许，近体从严则否',
    RHYME,
    'note',
  ),
  'turn-opening': rule(
    'turn-opening',
    '拗句首字',
    'opening of the common turn',
    '平平仄平仄 wants its first character (third of seven) level',
    '平平仄平仄首字宜平，七言为第三字',
    METER,
    'note',
  ),
  'lost-waist': rule(
    'lost-waist',
    '折腰体',
    'quatrain with a lost waist',
    'a quatrain whose second couplet does not adhere to the first, and that is regular otherwise',
    '绝句中失粘而余皆合律',
    FAULTS,
    'note',
  ),
  'change-of-rhyme': rule(
    'change-of-rhyme',
    '换韵',
    'change of rhyme',
    'another rhyme begins',
    '自此句起另押一韵',
    OLD_STYLE,
    'note',
  ),
  'rhyme-in-every-line': rule(
    'rhyme-in-every-line',
    '柏梁体',
    'rhyme in every line',
    'every line rhymes, as in the poem of the Boliang terrace',
    '句句押韵',
    OLD_STYLE,
    'note',
  ),
  'rare-reading': rule(
    'rare-reading',
    '罕读',
    'rare reading',
    'a reading that books list and poets hardly use would fit here; it does not count',
    '韵书虽有合律之读，诗家罕用，不计',
    METER,
    'note',
  ),
  'unknown-character': rule(
    'unknown-character',
    '未收字',
    'unknown character',
    'no book of rhymes has this character; its tone is not judged',
    '韵书未收，平仄不论',
    METER,
    'note',
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

/** Something found in a poem: a fault, a licence or a note, as its rule says. */
export interface Violation {
  readonly rule: RuleId;
  /** Line number from 1. */
  readonly line: number;
  /** The characters concerned. */
  readonly chars: string;
  readonly message: string;
  /** What it is in this poem: which character makes up for which, which groups are mixed. */
  readonly detail?: string;
}

/** A rule broken in a line (from 1) by these characters, with its message; `detail` says what just here is wrong. */
export function violation(rule: RuleId, line: number, chars: string, detail?: string): Violation {
  const { chinese, english, explanation } = RULES[rule];
  const message = `${chinese} (${english}): ${explanation}`;
  return detail === undefined
    ? { rule, line, chars, message }
    : { rule, line, chars, message: `${message}; ${detail}`, detail };
}
