/** Readings of characters in a rhyme book; those of 平水韵 are what dictionaries list, ranked by how often poets used them. */
import { dictionaryReadings, type DictionaryReading } from './dictionary.js';
import { areNeighbours, type RhymeGroup } from './pingshui.js';
import { RhymeBook, type Rank, type Reading } from './rhyme-book.js';
import { traditionalCandidates, type Script } from '../script/script.js';
import type { Tone } from './tone.js';
import { usageOf, type Usage } from './usage.js';
import { formsOf } from '../script/variants.js';

export { RhymeBook, type Rank, type Reading } from './rhyme-book.js';
export type { Tone } from './tone.js';

export const toneOf = ({ category }: RhymeGroup): Tone => (category === '平' ? '平' : '仄');

/** Judged places below which a count tells nothing. */
const FEWEST_PLACES = 8;
/** A tone is one of two usual ones from this share of the judged places on. */
const USUAL_SHARE = 0.2;
/** A tone is used as well from this share on, and this often: licences and slips make up 0.3%. */
const ALSO_SHARE = 0.008;
const ALSO_COUNT = 4;
/** Among the groups of one tone: rhymes below which a count tells nothing, and the share from which on a group is used. */
const FEWEST_RHYMES = 12;
const GROUP_SHARE = 0.05;
/** A reading in a tone that is rare elsewhere counts at the end of a line from so many rhymes on, and this share of them (不 in 尤, 予 in 语). */
const FEWEST_OWN_RHYMES = 5;
const OWN_RHYMES_SHARE = 0.2;

function rankOfTone(tone: Tone, tones: ReadonlySet<Tone>, { level, oblique }: Usage): Rank {
  if (tones.size < 2) return 'usual';
  const count = tone === '平' ? level : oblique;
  const all = level + oblique;
  if (all < FEWEST_PLACES) return 'also-usual';
  if (count >= USUAL_SHARE * all) return 'usual';
  return count >= ALSO_COUNT && count >= ALSO_SHARE * all ? 'also-usual' : 'rare';
}

/** Whether poets rhyme a character in this group, as far as it rhymes in this tone at all. */
function isRhymed(group: RhymeGroup, groups: readonly RhymeGroup[], { rhymes }: Usage): boolean {
  const count = ({ label }: RhymeGroup): number => rhymes.get(label) ?? 0;
  const all = groups.filter((one) => toneOf(one) === toneOf(group)).reduce((sum, one) => sum + count(one), 0);
  return all < FEWEST_RHYMES || count(group) >= GROUP_SHARE * all;
}

/** Whether poets rhyme a character in this group, rare as its tone is elsewhere. */
function isOwnRhyme(rank: Rank, { label }: RhymeGroup, { rhymes }: Usage): boolean {
  const count = rhymes.get(label) ?? 0;
  const all = [...rhymes.values()].reduce((sum, one) => sum + one, 0);
  return rank === 'rare' && count >= FEWEST_OWN_RHYMES && count >= OWN_RHYMES_SHARE * all;
}

/** Dictionary readings with their ranks. */
function rankReadings(found: readonly DictionaryReading[], usage: Usage): Reading[] {
  const groups = found.map(({ group }) => group);
  const tones = new Set(groups.map(toneOf));
  return found.map(({ group, level, derived }) => {
    const tone = toneOf(group);
    const rank = isRhymed(group, groups, usage) ? rankOfTone(tone, tones, usage) : 'rare';
    const atRhymes = isOwnRhyme(rank, group, usage);
    return { tone, group, level, rank, ...(atRhymes && { atRhymes }), ...(derived && { derived }) };
  });
}

/** The characters that one may stand for: itself in traditional script; in simplified script each traditional one, and their variants. */
function candidates(character: string, script: Script): readonly string[] {
  if (script === 'traditional') return [character];
  return [...new Set([...traditionalCandidates(character), ...formsOf(character)])];
}

/** A character that makes up less of those that one may stand for is not meant (听 for 聽 is not the old 听 "laugh"). */
const LEAST_CANDIDATE = 0.008;

/** The readings of all candidates; those that only a hardly used one has stand apart. */
function collect(
  all: readonly string[],
  usage: Usage,
): { used: DictionaryReading[]; unused: DictionaryReading[] } {
  const places = usage.level + usage.oblique;
  const [used, unused] = [new Map<string, DictionaryReading>(), new Map<string, DictionaryReading>()];
  for (const candidate of all) {
    const { level, oblique } = usageOf([candidate]);
    const isUsed = places < FEWEST_PLACES || level + oblique >= LEAST_CANDIDATE * places;
    for (const reading of dictionaryReadings(candidate))
      (isUsed ? used : unused).set(reading.group.label, reading);
  }
  return {
    used: [...used.values()],
    unused: [...unused.values()].filter(({ group }) => !used.has(group.label)),
  };
}

function lookUp(character: string, script: Script): readonly Reading[] {
  const all = candidates(character, script);
  const usage = usageOf(all);
  const found = collect(all, usage);
  // A form that poets do not use may be the only one that the dictionary has.
  const { used, unused } = found.used.length > 0 ? found : { used: found.unused, unused: [] };
  const known = used.filter(({ derived }) => !derived);
  return [
    ...rankReadings(known.length > 0 ? known : used, usage),
    ...rankReadings(unused, usage).map((reading): Reading => ({ ...reading, rank: 'rare' })),
  ];
}

/** 平水韵, by which poets have rhymed since the Song; the default everywhere. */
export const PINGSHUI = new RhymeBook({ name: '平水韵', lookUp, areNeighbours });

/** Whether a character can be read in this tone. Unknown characters can be read in either. */
export function canBe(character: string, tone: Tone, book: RhymeBook = PINGSHUI): boolean {
  const readings = book.counted(character);
  return readings.length === 0 || readings.some((reading) => reading.tone === tone);
}

/** The groups in which a character is read as far as readings count, of any tone. */
export function countedGroups(character: string, book: RhymeBook = PINGSHUI): readonly RhymeGroup[] {
  return book.counted(character).map(({ group }) => group);
}

/** The level-tone groups of a character. */
export function levelGroups(character: string, book: RhymeBook = PINGSHUI): readonly RhymeGroup[] {
  return book.counted(character).flatMap(({ tone, group }) => (tone === '平' ? [group] : []));
}

/** The tone in which a character may be written; none where no book of rhymes has it. */
export function writtenTones(character: string, book: RhymeBook = PINGSHUI): readonly Tone[] {
  return [...new Set(book.writtenReadings(character).map(({ tone }) => tone))];
}

/** The rhyme groups in which a character may be written; none where no book of rhymes has it. */
export function writtenGroups(character: string, book: RhymeBook = PINGSHUI): readonly RhymeGroup[] {
  return book.writtenReadings(character).map(({ group }) => group);
}
