/** A poem as a poem should stand: lines of characters, each with its tone; rhymes coloured, faults underlined and explained. */
import { useState } from 'preact/hooks';
import type { PoemCheck } from '../../poetry/prosody/check.js';
import type { Violation } from '../../poetry/prosody/rules.js';
import type { Nearness } from '../../poetry/line-index.js';
import { faultsByLine, PoemLine } from '../../view/poem-lines.js';
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
  /** Called with the number of a faulty line when it is opened, and with nothing when it is closed. */
  readonly onFault?: (line: number | undefined) => void;
  /** Called with a character that was chosen. */
  readonly onCharacter?: (character: string) => void;
}

export function PoemView({ check, style, novelty = [], onFault, onCharacter }: PoemViewProps) {
  const say = useSay();
  const texts = useScript(style.script)(check.lines.map(({ text }) => text));
  const [shown, setShown] = useState<number>();
  const titleOf = useRuleTitle();
  const faults = faultsByLine(check);
  const show = (line: number | undefined): void => {
    setShown(line);
    onFault?.(line === undefined ? undefined : line + 1);
  };
  return (
    <div class="poem-block">
      <div class={`poem ${style.vertical ? 'vertical' : ''}`} lang={langOf(style)}>
        {check.lines.map((line, index) => {
          const wrong = faults.get(index + 1) ?? [];
          const open = shown === index;
          return (
            <PoemLine
              key={index}
              line={line}
              text={texts[index] ?? line.text}
              rhymes={line.rhymes && check.rhyme.ok}
              tones={style.tones}
              faulty={wrong.length > 0}
              explanation={wrong.map(titleOf).join('；')}
              toggle={{ open, change: () => show(open ? undefined : index) }}
              onCharacter={onCharacter}
            />
          );
        })}
      </div>
      <p class="verdict">{describe(check, say)}</p>
      <Remarks check={check} novelty={novelty} />
    </div>
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

function describe({ form, rhyme, regulated, parallelism }: PoemCheck, say: Say): string {
  const parts = [
    form,
    `${rhyme.book} ${rhyme.group ?? '—'}${rhyme.ok ? ' ✓' : rhyme.open ? '' : ' ✗'}`,
    regulated ? say('合律', 'regulated') : say('不合律', 'not regulated'),
  ];
  if (parallelism !== null) parts.push(`${say('对仗', 'parallelism')} ${parallelism.toFixed(2)}`);
  return parts.join(' · ');
}
