/** The prompt that asks for a poem, and reading one back. */
import { FORM_NAMES, FORMS, formByName, namesOf, type FormName } from './forms/forms.js';
import { LYRIC_TUNES } from './forms/lyric-tunes.js';
import { toSimplified } from './script/script.js';
import { splitThemes } from './text.js';

export { splitThemes };

export interface PoemRequest {
  readonly form: FormName;
  readonly themes: readonly string[];
  /** As many as the form has as a rule where absent. */
  readonly lines?: number;
}

/** 写一首[五言绝句] 要求4句 主题为: 山水、自然、宁静 */
export function formatPrompt({ form, themes, lines = FORMS[form].lines }: PoemRequest): string {
  const asked = themes.length > 0 ? ` 主题为: ${themes.join('、')}` : '';
  return `写一首[${form}] 要求${lines}句${asked}`;
}

/** What a free-text prompt says, in simplified script. What it leaves out is undefined. */
export interface ParsedPrompt {
  readonly form: FormName | undefined;
  /** The form as written, where it is in brackets, is one of the known ones, or is a kind of verse that is not written. */
  readonly named: string | undefined;
  /** The number of lines. */
  readonly lines: number | undefined;
  /** The rhyme group of 押东韵. */
  readonly rhyme?: string;
  readonly themes: readonly string[];
}

/** Any name of a form: the longer of two that begin alike. */
const FORM_NAME = new RegExp(
  FORM_NAMES.flatMap(namesOf)
    .sort((a, b) => b.length - a.length)
    .join('|'),
  'u',
);

/** Where the themes stand in the ways of asking. */
const THEME_PATTERNS = [
  /《(.+?)》/u,
  /以([^“"「]+?)为(?:主题|题)/u,
  /(?:主题|题材)\s*(?:[换改][成为]|为|是)?\s*[:：]?\s*([^。\n]+?)(?=[，,]\s*请|[。\n]|$)/u,
  /[以用][“"「](.+?)[”"」](?:为题|这[几两]个词|写)/u,
  /要有(.+)$/u,
  // A sentence about what is to be seen in the poem.
  /^(.+?)[，,]请据此/u,
  /(?:内容|情景)\s*(?:为|是)?\s*[:：]\s*(.+?)(?=。请|$)/u,
  /(?:写成.{0,12}[:：]|讲的是|描写)\s*(.+?)(?=[，,]\s*\d+句|$)/u,
  /关于(.+?)的(?:[五七]言|[五七][绝律]|绝句|律诗|诗)/u,
  /关于(.+?)的/u,
  // What follows may be the request itself (写一首诗), but a theme may begin like it (一叶知秋, 首阳山).
  /[，句言绝律诗用]写(?![一二两三四五六七八九十几\d]*首(?:[[［【五七绝律诗]|.*(?:诗|绝句|律诗|[五七][绝律])$))(.+)$/u,
];

/** What a rhyme is asked for by: 押东韵, 押“东”韵, 押上平一东韵. Tones alone are no group. */
const RHYME = /押\s*[“"「]?(?!平声|仄声|平韵|仄韵)([\p{Script=Han}]{1,5}?)[”"」]?\s*(?:字)?韵(?:脚|部)?/u;

/** Kinds of verse that people ask for and no form is. */
const OTHER_KINDS = [
  '宋词',
  '填词',
  '元曲',
  // Tunes whose lengths of lines do not tell them.
  '浣溪沙',
  '生查子',
  '玉楼春',
  '散曲',
  '对联',
  '楹联',
  '现代诗',
  '新诗',
  '自由诗',
  '俳句',
  '打油诗',
  '顺口溜',
  '辞赋',
  '散文',
];

const byLength = (names: readonly string[]): string =>
  [...names].sort((a, b) => b.length - a.length).join('|');
const OTHER = new RegExp(
  `${byLength([...OTHER_KINDS, ...LYRIC_TUNES.map(({ name }) => name)])}|[三四六八九]言(?:诗|[绝律古][句诗]?)|(?<=[首阕篇支的])[词曲赋]`,
  'u',
);

const DIGITS = '〇一二三四五六七八九';

const NUMBER = '(\\d+|[一二三四五六七八九]?十?[一二三四五六七八九]|[一二]?十)';
/** 4句, 句数：4; 第三句 is one of them */
const LINE_COUNT = new RegExp(
  `(?<!第[\\d一二三四五六七八九十]*)${NUMBER}\\s*句|句数\\s*[:：]\\s*${NUMBER}`,
  'u',
);

/** A number as people write it: 12, 十二, 二十四. */
function readNumber(text: string): number {
  const [tens, units] = text.split('十');
  if (units === undefined) return DIGITS.includes(text) ? DIGITS.indexOf(text) : Number(text);
  return (tens ? DIGITS.indexOf(tens) : 1) * 10 + (units ? DIGITS.indexOf(units) : 0);
}

/** Reads a free-text prompt in either script. A form that is not known leaves `form` undefined and `named` set. */
export function parsePrompt(prompt: string): ParsedPrompt {
  const text = toSimplified(prompt);
  const found = RHYME.exec(text);
  const rhyme = found?.[1];
  // What is said of the rhyme is no theme, and what is said of the theme no form.
  const asked = found ? text.replace(found[0], '').replace(/[，,、\s]+$/u, '') : text;
  const theme = THEME_PATTERNS.map((pattern) => pattern.exec(asked)).find(Boolean);
  const rest = theme?.[1] === undefined ? asked : asked.replace(theme[1], '');
  const bracket = /[[［【]([^\]］】]+)[\]］】]/u.exec(rest)?.[1];
  const named = bracket ?? FORM_NAME.exec(rest)?.[0] ?? OTHER.exec(rest)?.[0];
  const lines = LINE_COUNT.exec(rest)?.slice(1).find(Boolean);
  return {
    form: named === undefined ? undefined : formByName(named),
    named,
    lines: lines === undefined ? undefined : readNumber(lines),
    ...(rhyme === undefined ? {} : { rhyme }),
    themes: splitThemes((theme?.[1] ?? '').replace(/[。！？!?]+$/u, '')),
  };
}

/** What a poem is to be about instead, in the short: 换成冬天的, 再写一首更悲伤的, 写春天. */
const INSTEAD =
  /(?:[换改写][成为作]|[写咏吟]|[首个篇])\s*(?:一?[首个篇])?[更再]?(?!一?[首个篇]|[写咏吟吧呢啊吗])([\p{Script=Han}、]{1,8}?)的?(?:诗|主题|题)?[吧呢啊吗]?[。！!？?\s]*$/u;
/** What is no theme there. */
const NO_THEME = /^(?:[成为作新韵]|主题|题|别|其他|同样|一样|这样|类似|不同|也行|看看?|试试?)$/u;

/** The themes of a message that goes on asking for a poem, by {@link parsePrompt} or in fewer words; none where it names none. */
export function themesInstead(message: string): readonly string[] {
  const { themes } = parsePrompt(message);
  if (themes.length > 0) return themes;
  const rest = [RHYME, FORM_NAME, LINE_COUNT].reduce(
    (text, pattern) => text.replace(pattern, ''),
    toSimplified(message),
  );
  const named = INSTEAD.exec(rest)?.[1];
  return named === undefined || NO_THEME.test(named) ? [] : splitThemes(named);
}
