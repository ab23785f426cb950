/** Why a request leaves no template or no rhyme group open, and what could be relaxed. */
import { FORMS } from '../../poetry/forms/forms.js';
import { levelGroups } from '../../poetry/readings/readings.js';
import { sameCharacter } from '../../poetry/script/variants.js';
import { fixedOfLine, freeRhymes, rhymeEnds, textOfLine, type PoemPlan } from './poem-plan.js';
import { fitsPlace, type ToneLattice } from './tonal-templates.js';
import type { VerseVocabulary } from './verse-vocabulary.js';

/** Why no tonal template is open: the first line that none fits, and what could be relaxed. */
export function whyNoTemplate(plan: PoemPlan, tones: ToneLattice): string {
  for (const [line, types] of tones.open.entries()) {
    const given = fixedOfLine(plan, line);
    const { length = 0 } = plan.shape.lines[line] ?? {};
    const fits = types.some((type) =>
      given.every(([index, character]) => fitsPlace(type, length, index, character, plan.lifted)),
    );
    if (!fits) {
      return `line ${line + 1} "${textOfLine(plan, line)}" keeps no tonal line type of its place: change it, or switch the tones off`;
    }
  }
  return 'the given characters follow no tonal template together: change them, allow adhesion or opposition to be broken, or switch the tones off';
}

/** Why a stretch (from 0) has no rhyme group that is open, and what could be relaxed. */
export function whyNoRhyme(plan: PoemPlan, stretch: number, vocabulary: VerseVocabulary): string {
  const given = rhymeEnds(plan, stretch, false).flatMap((at) => plan.fixed.get(at) ?? []);
  const labels = plan.groups?.[stretch] ?? [];
  const relax = 'change it, or switch the rhyme off';
  const oldStyle = FORMS[plan.shape.form].style === 'old-style';
  const oblique = given.find((character) => levelGroups(character).length === 0);
  if (oblique !== undefined && !oldStyle) {
    return `${oblique} ends a rhyming line, but has no level tone (平) in 平水韵: ${relax}`;
  }
  const repeated = given.find((character, index) =>
    given.slice(0, index).some((before) => sameCharacter(before, character)),
  );
  if (repeated !== undefined) return `${repeated} is given as a rhyme twice: ${relax}`;
  if (given.length > 0) {
    return `${given.join(', ')} end rhyming lines, but share no rhyme group that is asked for and large enough: ${relax}`;
  }
  const sizes = labels.map((label) => `${label} ${freeRhymes(plan, label, vocabulary).size}`);
  return `the rhyme group has too few characters left for ${plan.shape.lines.length} lines (${sizes.join(', ')}): take another one, or switch the rhyme off`;
}
