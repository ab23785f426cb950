/** How poems are set: horizontal or vertical, in which script, with tones or without. Kept for the next visit. */
import { useState } from 'preact/hooks';
import { useSay } from './language.js';
import type { PoemStyle } from './poem-view.js';

const KEY = 'shiren-style';
const DEFAULT: PoemStyle = { vertical: false, script: 'simplified', tones: true };

export function usePoemStyle(): [PoemStyle, (style: PoemStyle) => void] {
  const [style, setStyle] = useState<PoemStyle>(() => {
    try {
      return { ...DEFAULT, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<PoemStyle>) };
    } catch {
      return DEFAULT;
    }
  });
  return [
    style,
    (chosen) => {
      localStorage.setItem(KEY, JSON.stringify(chosen));
      setStyle(chosen);
    },
  ];
}

interface StyleBarProps {
  readonly style: PoemStyle;
  readonly onChange: (style: PoemStyle) => void;
}

export function StyleBar({ style, onChange }: StyleBarProps) {
  const say = useSay();
  const traditional = style.script === 'traditional';
  const toggles = [
    {
      label: say('竖排', 'vertical'),
      on: style.vertical,
      next: { ...style, vertical: !style.vertical },
    },
    {
      label: say('繁体', 'traditional'),
      on: traditional,
      next: { ...style, script: traditional ? ('simplified' as const) : ('traditional' as const) },
    },
    { label: say('平仄', 'tones'), on: style.tones, next: { ...style, tones: !style.tones } },
  ];
  return (
    <div class="style-bar" role="group" aria-label={say('排版', 'how poems are set')}>
      {toggles.map(({ label, on, next }) => (
        <button key={label} type="button" aria-pressed={on} onClick={() => onChange(next)}>
          {label}
        </button>
      ))}
    </div>
  );
}
