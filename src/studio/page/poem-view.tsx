/** A poem as a poem should stand: lines of characters, each with its tone; rhymes coloured, faults underlined; what is pointed at explained. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Nearness } from '../../poetry/line-index.js';
import type { PoemCheck } from '../../poetry/prosody/check.js';
import type { Violation } from '../../poetry/prosody/rules.js';
import { faultsByLine, PoemLine, type LinePicking } from '../../view/poem-lines.js';
import type { PoemPlace } from './asked-tone.js';
import { useSay, type Say } from './language.js';
import { PoemGloss } from './poem-gloss.js';
import { PoemRemarks } from './poem-remarks.js';
import { useRuleSentence } from './rules.js';
import { useScript, type Script } from './script.js';

export interface PoemStyle {
  readonly vertical: boolean;
  readonly script: Script;
  readonly tones: boolean;
}

/** Browsers choose glyphs by it. */
export const langOf = ({ script }: PoemStyle): string => (script === 'traditional' ? 'zh-Hant' : 'zh-Hans');

/** Lines after which a poem is set smaller. */
const SHORT = 4;

export const classOf = (style: PoemStyle, lines: number): string =>
  ['poem', style.vertical && 'vertical', lines > SHORT && 'long'].filter(Boolean).join(' ');

interface PoemViewProps {
  readonly check: PoemCheck;
  readonly style: PoemStyle;
  /** For each line whether the corpus has it. */
  readonly novelty?: readonly Nearness[];
  /** Where characters can be picked: what is said before one is. */
  readonly hint?: string;
  /** What is offered for the line of the picked character. */
  readonly offer?: (place: PoemPlace) => ComponentChildren;
  /** Called with the place of a character that was picked. */
  readonly onPick?: (place: PoemPlace) => void;
  /** What is offered against a violation. */
  readonly offerMend?: (violation: Violation) => ComponentChildren;
}

export function PoemView(props: PoemViewProps) {
  const { check, style, novelty, hint, offer, onPick, offerMend } = props;
  const say = useSay();
  const texts = useScript(style.script)(check.lines.map(({ text }) => text));
  const [picked, setPicked] = useState<PoemPlace>();
  const [pointed, setPointed] = useState<PoemPlace>();
  const sentence = useRuleSentence();
  const faults = faultsByLine(check);
  const shown = pointed ?? picked;
  const characterAt = ({ line, at }: PoemPlace): string => [...(texts[line] ?? '')][at] ?? '';
  const pickingOf = (line: number): LinePicking => ({
    picked: picked?.line === line ? picked.at : undefined,
    entered: (picked ?? { line: 0, at: 0 }).line === line ? (picked?.at ?? 0) : undefined,
    point: (at) => setPointed(at === undefined ? undefined : { line, at }),
    pick: (at) => {
      const same = picked?.line === line && picked.at === at;
      setPicked(same ? undefined : { line, at });
      if (!same) onPick?.({ line, at });
    },
  });
  return (
    <div class="poem-block">
      <div class={classOf(style, check.lines.length)} lang={langOf(style)} onKeyDown={moveFocus}>
        {check.lines.map((line, index) => {
          const wrong = faults.get(index + 1) ?? [];
          return (
            <PoemLine
              key={index}
              line={line}
              text={texts[index] ?? line.text}
              rhymes={line.rhymes && check.rhyme.ok}
              tones={style.tones}
              faulty={wrong.length > 0}
              explanation={wrong.map(sentence).join('；')}
              picking={hint === undefined ? undefined : pickingOf(index)}
            />
          );
        })}
      </div>
      <p class="verdict">{describe(check, say)}</p>
      {hint !== undefined && (
        <div class="gloss" aria-live="polite">
          {shown ? <PoemGloss check={check} place={shown} character={characterAt(shown)} /> : <p>{hint}</p>}
          {picked && offer?.(picked)}
        </div>
      )}
      <PoemRemarks check={check} novelty={novelty} offer={offerMend} />
    </div>
  );
}

/** Arrow keys go from character to character; Enter and the space bar pick one. */
function moveFocus(event: KeyboardEvent): void {
  const { key, currentTarget } = event;
  const all = [...(currentTarget as HTMLElement).querySelectorAll<HTMLElement>('ruby[role="button"]')];
  const at = all.findIndex((one) => one === document.activeElement);
  if (at < 0) return;
  if (key === 'Enter' || key === ' ') all[at]?.click();
  else if (key === 'ArrowRight' || key === 'ArrowDown') all[at + 1]?.focus();
  else if (key === 'ArrowLeft' || key === 'ArrowUp') all[at - 1]?.focus();
  else return;
  event.preventDefault();
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
