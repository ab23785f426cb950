/** What a poem can be asked for, as lists to choose from. */
import { BOOKS } from '../poetry/readings/books.js';
import { FORM_NAMES, FORMS, writtenLineCounts } from '../poetry/forms/forms.js';
import { RHYME_GROUPS } from '../poetry/readings/pingshui.js';
import { RULES } from '../poetry/prosody/rules.js';
import { THEME_NAMES } from '../poetry/themes.js';
import { LIFTABLE_RULES, TEMPLATE_NAMES } from './constraints/tonal-templates.js';

/** Forms, themes, rhyme groups, tonal templates, rules that may be lifted, rules of prosody, rhyme books. */
export const POEM_CHOICES = {
  forms: FORM_NAMES.map((name) => {
    const { english, traditional, length, lines, style } = FORMS[name];
    return { name, traditional, english, length, lines, lineCounts: writtenLineCounts(name), style };
  }),
  themes: THEME_NAMES,
  /** Level-tone groups of 平水韵: what a poem may rhyme in. */
  rhymeGroups: RHYME_GROUPS.filter(({ category }) => category === '平').map(({ label }) => label),
  /** The oblique-tone (仄) ones: what old-style verse may rhyme in too. */
  obliqueRhymeGroups: RHYME_GROUPS.filter(({ category }) => category !== '平').map(({ label }) => label),
  templates: TEMPLATE_NAMES,
  liftable: LIFTABLE_RULES,
  /** Rules of prosody by id, with their names and explanations. */
  rules: RULES,
  books: Object.keys(BOOKS),
} as const;

/** The type of {@link POEM_CHOICES}. */
export type PoemChoices = typeof POEM_CHOICES;
