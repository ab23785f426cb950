/** @jsxRuntime automatic @jsxImportSource preact */
/** Lines of a poem, wherever they are shown: each character with its tone, rhymes marked, faults underlined and explained. */
import type { PoemCheck } from '../poetry/prosody/check.js';
import type { Violation } from '../poetry/prosody/rules.js';

export interface PoemLineProps {
  readonly line: PoemCheck['lines'][number];
  /** The line in the reader's script, where that is another. */
  readonly text?: string;
  readonly rhymes: boolean;
  readonly tones: boolean;
  /** Whether it is underlined, and what is wrong with it. */
  readonly faulty: boolean;
  readonly explanation: string;
  /** Where the explanation opens on demand. */
  readonly toggle?: { readonly open: boolean; readonly change: () => void };
  /** Called with a character of a line without faults that was chosen. */
  readonly onCharacter?: (character: string) => void;
}

export function PoemLine(props: PoemLineProps) {
  const { line, text, rhymes, tones, faulty, explanation, toggle, onCharacter } = props;
  const shown = [...(text ?? line.text)];
  const choose = (character: string) =>
    onCharacter && !faulty
      ? {
          role: 'button' as const,
          tabIndex: 0,
          onClick: () => onCharacter(character),
          onKeyDown: onEnter(() => onCharacter(character)),
        }
      : {};
  const characters = line.tones.map(({ char, tone, readings, entering }, at) => {
    const kind = tone === '平' ? 'level' : tone === '仄' ? 'oblique' : 'open';
    const rhyme = rhymes && at === line.tones.length - 1 ? ' rhyme' : '';
    return (
      <ruby
        key={at}
        class={kind + rhyme + (entering ? ' entering' : '')}
        title={readings.join(' ')}
        {...choose(char)}
      >
        {shown.length === line.tones.length ? shown[at] : char}
        <rt>{tones ? tone : ''}</rt>
      </ruby>
    );
  });
  if (!faulty) {
    return (
      <span class="line">
        {characters}
        {line.mark}
      </span>
    );
  }
  const title = explanation === '' ? undefined : explanation;
  return (
    <span class="line">
      {toggle ? (
        <button type="button" class="fault" aria-expanded={toggle.open} title={title} onClick={toggle.change}>
          {characters}
        </button>
      ) : (
        <span class="fault" title={title}>
          {characters}
        </span>
      )}
      {line.mark}
      {toggle?.open && <span class="explanation">{explanation}</span>}
    </span>
  );
}

const onEnter =
  (act: () => void) =>
  ({ key }: KeyboardEvent): void => {
    if (key === 'Enter') act();
  };

/** The violations of each line, by its number from 1. */
export function faultsByLine({ violations }: PoemCheck): ReadonlyMap<number, readonly Violation[]> {
  const faults = new Map<number, Violation[]>();
  for (const one of violations) faults.set(one.line, [...(faults.get(one.line) ?? []), one]);
  return faults;
}
