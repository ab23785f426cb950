/** A poem as a poem should stand: lines of characters, each with its tone; rhymes coloured, faults underlined and explained. */
import { useState } from 'preact/hooks';
import type { PoemCheck } from '../../poetry/check.js';
import type { Violation } from '../../poetry/rules.js';
import type { Nearness } from '../../poetry/line-index.js';
import { useSay, type Say } from './language.js';
import { useRules } from './rules.js';
import { useScript, type Script } from './script.js';

export interface PoemStyle {
  readonly vertical: boolean;
  readonly script: Script;
  readonly tones: boolean;
}

/** Browsers choose glyphs by it. */
export const langOf = ({ script }: PoemStyle): string => (script === 'traditional' ? 'zh-Hant' : 'zh-Hans');

interface PoemViewProps {
  readonly check: PoemCheck;
  readonly style: PoemStyle;
  /** For each line whether the corpus has it. */
  readonly novelty?: readonly Nearness[];
}

export function PoemView({ check, style, novelty = [] }: PoemViewProps) {
  const say = useSay();
  const convert = useScript(style.script);
  const [shown, setShown] = useState<number>();
  const faults = faultsByLine(check);
  return (
    <div class="poem-block">
      <div class={`poem ${style.vertical ? 'vertical' : ''}`} lang={langOf(style)}>
        {check.lines.map((line, index) => (
          <LineView
            key={index}
            line={line}
            text={convert(line.text)}
            rhymes={line.rhymes && check.rhyme.ok}
            tones={style.tones}
            faults={faults.get(index + 1) ?? []}
            open={shown === index}
            onToggle={() => setShown(shown === index ? undefined : index)}
          />
        ))}
      </div>
      <p class="verdict">{describe(check, say)}</p>
      <Remarks check={check} novelty={novelty} />
    </div>
  );
}

interface LineViewProps {
  readonly line: PoemCheck['lines'][number];
  /** The line in the reader's script. */
  readonly text: string;
  readonly rhymes: boolean;
  readonly tones: boolean;
  readonly faults: readonly Violation[];
  readonly open: boolean;
  readonly onToggle: () => void;
}

function LineView({ line, text, rhymes, tones, faults, open, onToggle }: LineViewProps) {
  const titleOf = useRuleTitle();
  const shown = [...text];
  const characters = line.tones.map(({ char, tone, readings }, at) => {
    const ends = at === line.tones.length - 1;
    const kind = tone === '平' ? 'level' : tone === '仄' ? 'oblique' : 'open';
    const glyph = shown.length === line.tones.length ? shown[at] : char;
    return (
      <ruby key={at} class={`${kind} ${rhymes && ends ? 'rhyme' : ''}`} title={readings.join(' ')}>
        {glyph}
        <rt>{tones ? tone : ''}</rt>
      </ruby>
    );
  });
  if (faults.length === 0) {
    return (
      <span class="line">
        {characters}
        {line.mark}
      </span>
    );
  }
  const explanation = faults.map(titleOf).join('；');
  return (
    <span class="line">
      <button type="button" class="fault" aria-expanded={open} title={explanation} onClick={onToggle}>
        {characters}
      </button>
      {line.mark}
      {open && <span class="explanation">{explanation}</span>}
    </span>
  );
}

/** What is broken, what is excused, what is a matter of taste, and what others wrote before. */
function Remarks({ check, novelty }: { check: PoemCheck; novelty: readonly Nearness[] }) {
  const say = useSay();
  const titleOf = useRuleTitle();
  const place = (line: number): string => say(`第${line}句`, `line ${line}`);
  const remarks = [
    ...check.violations.map((one) => ({ kind: 'violation', sign: '✗', one })),
    ...check.licences.map((one) => ({ kind: 'licence', sign: '○', one })),
    ...check.notes.map((one) => ({ kind: 'note', sign: '·', one })),
  ].map(({ kind, sign, one }) => ({
    kind,
    text: `${sign} ${place(one.line)} ${one.chars} ${titleOf(one)}`,
  }));
  const known = novelty.flatMap((nearness, index) => {
    if (nearness === 'new') return [];
    const text =
      nearness === 'known'
        ? say('前人原句', 'a line of the corpus')
        : say('与前人句一字之差', 'a character away from a line of the corpus');
    return [{ kind: 'known', text: `≡ ${place(index + 1)} ${text}` }];
  });
  if (remarks.length + known.length === 0) return null;
  return (
    <ul class="remarks">
      {[...remarks, ...known].map(({ kind, text }, index) => (
        <li key={index} class={kind}>
          {text}
        </li>
      ))}
    </ul>
  );
}

function useRuleTitle(): (violation: Violation) => string {
  const say = useSay();
  const rules = useRules();
  return ({ rule }) => {
    const { chinese, english, explanation, chineseExplanation } = rules[rule];
    return say(`${chinese}：${chineseExplanation}`, `${english} (${chinese}): ${explanation}`);
  };
}

function faultsByLine(check: PoemCheck): Map<number, Violation[]> {
  const faults = new Map<number, Violation[]>();
  for (const one of check.violations) faults.set(one.line, [...(faults.get(one.line) ?? []), one]);
  return faults;
}

function describe({ form, rhyme, regulated, parallelism }: PoemCheck, say: Say): string {
  const parts = [
    form,
    `${rhyme.book} ${rhyme.group ?? '—'} ${rhyme.ok ? '✓' : '✗'}`,
    regulated ? say('合律', 'regulated') : say('不合律', 'not regulated'),
  ];
  if (parallelism !== null) parts.push(`${say('对仗', 'parallelism')} ${parallelism.toFixed(2)}`);
  return parts.join(' · ');
}
