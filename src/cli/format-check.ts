/** A poem's check as people read it: tones under the characters, rhyme, what is broken. */
import pc from 'picocolors';
import { ruleTitle, type PoemCheck } from '../poetry/check.js';
import { say } from './language.js';

const TONE_COLOURS: Readonly<Record<string, (text: string) => string>> = {
  平: pc.cyan,
  仄: pc.yellow,
  中: pc.gray,
  '?': pc.gray,
};

/** Lines of text with tones under them. */
export function formatCheck(check: PoemCheck): string {
  const lines = check.lines.flatMap(({ text, tones, ok }) => [
    `  ${text}${ok ? '' : pc.red(' ✗')}`,
    `  ${tones.map(({ tone }) => (TONE_COLOURS[tone] ?? pc.gray)(tone === '?' ? '？' : tone)).join('')}`,
  ]);
  const regulated = check.regulated ? say('合律', 'regulated') : say('不合律', 'not regulated');
  const { group, ok } = check.rhyme;
  const rhyme = `${say('韵', 'rhyme')} ${group ?? '—'} ${ok ? pc.green('✓') : pc.red('✗')}`;
  const faults = check.violations.map((fault) =>
    pc.red(`  ✗ ${say(`第${fault.line}句`, `line ${fault.line}`)} ${fault.chars} ${ruleTitle(fault)}`),
  );
  const licences = check.licences.map((licence) =>
    pc.gray(
      `  · ${say(`第${licence.line}句`, `line ${licence.line}`)} ${licence.chars} ${ruleTitle(licence)}`,
    ),
  );
  return [...lines, `  ${check.form} · ${regulated} · ${rhyme}`, ...faults, ...licences].join('\n');
}
