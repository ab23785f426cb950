/** The meter as a grid: over each character what its place asks for, beneath it how it is read. */
import type { PoemCheck } from '../../poetry/prosody/check.js';
import { askedTone, type AskedTone, type CheckedLine } from './asked-tone.js';
import { useSay } from './language.js';

/** As in books of meter: a ring is level, a disc oblique, half a disc either. */
const SIGNS = { 平: '○', 仄: '●', either: '◐' } as const;

const isMust = (asked: AskedTone): boolean => asked.force !== 'may';

/** Nothing for verse whose lines have no meter. */
export function MeterGrid({ check: { lines } }: { readonly check: PoemCheck }) {
  const say = useSay();
  if (!lines.some((line) => askedTone(line, 0))) return null;
  return (
    <table class="meter" lang="zh">
      <caption>
        {say(
          '上为谱：○ 平，● 仄，◐ 可平可仄；下为字之平仄',
          'above, what the meter asks for: ○ level (平), ● oblique (仄), ◐ either; below, how the character is read',
        )}
      </caption>
      <tbody>
        {lines.map((line, index) => (
          <tr key={index}>
            {line.tones.map((_, at) => (
              <Cell key={at} line={line} at={at} />
            ))}
            <td class="type">{line.type ?? say('不成律句', 'no type')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cell({ line, at }: { readonly line: CheckedLine; readonly at: number }) {
  const asked = askedTone(line, at);
  const found = line.tones[at];
  if (!found) return null;
  const broken = asked?.kept === false && isMust(asked);
  return (
    <td class={broken ? asked.force : undefined}>
      <span class="sign">{asked ? SIGNS[isMust(asked) ? asked.tone : 'either'] : '—'}</span>
      <span class="glyph">{found.char}</span>
      <span class={found.tone === '平' ? 'level' : found.tone === '仄' ? 'oblique' : undefined}>
        {found.tone}
      </span>
    </td>
  );
}
