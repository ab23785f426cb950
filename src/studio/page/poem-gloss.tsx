/** What can be said of one character of a poem: its tone, its rhyme groups, what its place asks for, and what is wrong with its line. */
import type { PoemCheck } from '../../poetry/prosody/check.js';
import { askedTone, type AskedTone, type PoemPlace } from './asked-tone.js';
import { useSay, type Say } from './language.js';
import { useRules, useRuleSentence } from './rules.js';

interface PoemGlossProps {
  readonly check: PoemCheck;
  readonly place: PoemPlace;
  /** The character as it is shown, in the reader's script. */
  readonly character: string;
}

export function PoemGloss({ check, place: { line, at }, character }: PoemGlossProps) {
  const say = useSay();
  const rules = useRules();
  const sentence = useRuleSentence();
  const found = check.lines[line]?.tones[at];
  const asked = check.lines[line] && askedTone(check.lines[line], at);
  if (!found) return null;
  const parts = [
    toneOf(found, say),
    found.readings.length > 0 && found.readings.join(say('、', ', ')),
    found.decidedBy !== undefined &&
      say(`读音由“${found.decidedBy}”而定`, `read so because of the word ${found.decidedBy}`),
    asked && askedFor(asked, say),
    asked?.kept === false &&
      asked.rule !== undefined &&
      rules[asked.rule].kind === 'licence' &&
      say(`作${rules[asked.rule].chinese}可恕`, `excused by the licence ${rules[asked.rule].chinese}`),
  ].filter((part) => typeof part === 'string');
  const wrong = check.violations.filter((one) => one.line === line + 1);
  return (
    <>
      <p>
        <b lang="zh">{character}</b> {parts.join(' · ')}
      </p>
      {wrong.map((one, index) => (
        <p key={index} class="explanation">
          {sentence(one)}
        </p>
      ))}
    </>
  );
}

function toneOf({ tone, entering }: PoemCheck['lines'][number]['tones'][number], say: Say): string {
  if (tone === '平') return say('平声', 'level tone (平)');
  if (tone === '中') return say('平仄两读', 'level or oblique (平仄)');
  if (tone !== '仄') return say('韵书未收', 'in no rhyme book');
  return entering
    ? say(
        '仄声（入声，今普通话已无）',
        'oblique tone (仄): an entering tone (入声), lost in today’s Mandarin',
      )
    : say('仄声', 'oblique tone (仄)');
}

function askedFor({ tone, force }: AskedTone, say: Say): string {
  if (force === 'may') return say('此处可平可仄', 'either tone may stand here');
  return force === 'must'
    ? say(`此处须${tone}`, `${tone} must stand here`)
    : say(`此处宜${tone}`, `${tone} should stand here`);
}
