/** @jsxRuntime automatic @jsxImportSource preact */
/** Lines of a poem, wherever they are shown: each character with its tone, rhymes marked, faults underlined and explained. */
import type { PoemCheck } from '../poetry/prosody/check.js';
import type { Violation } from '../poetry/prosody/rules.js';

/** How the characters of a line are pointed at and picked; places are counted from 0. */
export interface LinePicking {
  /** The place that is picked, where it is in this line. */
  readonly picked: number | undefined;
  /** The place that the Tab key goes to, where it is in this line. */
  readonly entered: number | undefined;
  readonly pick: (at: number) => void;
  readonly point: (at: number | undefined) => void;
}

export interface PoemLineProps {
  readonly line: PoemCheck['lines'][number];
  /** The line in the reader's script, where that is another. */
  readonly text?: string;
  readonly rhymes: boolean;
  readonly tones: boolean;
  /** Whether it is underlined, and what is wrong with it. */
  readonly faulty: boolean;
  readonly explanation: string;
  /** Where absent, a title says what can be said of a character. */
  readonly picking?: LinePicking;
}

export function PoemLine({ line, text, rhymes, tones, faulty, explanation, picking }: PoemLineProps) {
  const shown = [...(text ?? line.text)];
  const characters = line.tones.map(({ char, tone, readings, entering }, at) => {
    const kind = tone === '平' ? 'level' : tone === '仄' ? 'oblique' : 'open';
    const rhyme = rhymes && at === line.tones.length - 1 ? ' rhyme' : '';
    return (
      <ruby
        key={at}
        class={kind + rhyme + (entering ? ' entering' : '')}
        {...(picking ? handlersOf(picking, at) : { title: readings.join(' ') })}
      >
        {shown.length === line.tones.length ? shown[at] : char}
        <rt>{tones ? tone : ''}</rt>
      </ruby>
    );
  });
  return (
    <span class={picking?.picked === undefined ? 'line' : 'line picked'}>
      {faulty ? (
        <span class="fault" title={picking || explanation === '' ? undefined : explanation}>
          {characters}
        </span>
      ) : (
        characters
      )}
      {line.mark}
    </span>
  );
}

function handlersOf({ picked, entered, pick, point }: LinePicking, at: number) {
  return {
    role: 'button' as const,
    tabIndex: entered === at ? 0 : -1,
    'aria-pressed': picked === at,
    onClick: () => pick(at),
    onFocus: () => point(at),
    onBlur: () => point(undefined),
    onPointerEnter: () => point(at),
    onPointerLeave: () => point(undefined),
  };
}

/** The violations of each line, by its number from 1. */
export function faultsByLine({ violations }: PoemCheck): ReadonlyMap<number, readonly Violation[]> {
  const faults = new Map<number, Violation[]>();
  for (const one of violations) faults.set(one.line, [...(faults.get(one.line) ?? []), one]);
  return faults;
}
