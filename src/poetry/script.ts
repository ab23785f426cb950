/** Traditional and simplified script, character by character, with OpenCC's tables (through opencc-js). */
import STCharacters from 'opencc-js/dict/STCharacters';
import TSCharacters from 'opencc-js/dict/TSCharacters';

/**
 * Characters that stay as they are, because the usual simplification reads otherwise and would break a rhyme or change
 * the word: 蘋 (a water plant, 真) is not 苹 (庚); 乾 is the trigram of 乾坤 as often as 干 "dry".
 */
const KEPT = ['蘋', '乾'];

/** OpenCC's tables are `key value value…` joined by `|`; the first value is the usual one. */
function parseTable(table: string): Map<string, string[]> {
  return new Map(
    table.split('|').map((entry) => {
      const [key = '', ...values] = entry.split(' ');
      return [key, values];
    }),
  );
}

const simplified = parseTable(TSCharacters);
const traditional = parseTable(STCharacters);
KEPT.forEach((character) => simplified.delete(character));

/** A traditional text in simplified script; the number of characters does not change. */
export function toSimplified(text: string): string {
  return Array.from(text, (character) => simplified.get(character)?.[0] ?? character).join('');
}

/** Every traditional character that a character may stand for, itself included (后 → 后, 後). */
export function traditionalCandidates(character: string): readonly string[] {
  const forms = traditional.get(character) ?? [];
  return forms.includes(character) ? forms : [character, ...forms];
}
