/** A poem as text: lines of Han characters, and the punctuation between them. */

/** One Han character (any block, compatibility ideographs included). */
const HAN = /^\p{Script=Han}$/u;

/** What ends a line of verse. */
const LINE_END = /[，。？！；]/u;

/** Whether a character is a Han character that a poem may hold: no zero (〇), no mark of repetition (々). */
export function isHan(character: string): boolean {
  return HAN.test(character) && character !== '〇' && character !== '々';
}

/** The lines of a text without punctuation and spaces; empty ones are left out. */
export function splitLines(text: string): string[] {
  return text
    .split(/[，。？！；、：,.?!;\s]+/u)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Theme words from a list written with any separator; English words that follow each other are one theme. */
export function splitThemes(text: string): string[] {
  return text
    .split(/[、，,;；]+|(?<!\p{Script=Latin})\s+|\s+(?!\p{Script=Latin})/u)
    .map((theme) => theme.trim())
    .filter((theme) => theme !== '');
}

/** The code points of a string (a character beyond the basic plane is one). */
export function characters(text: string): string[] {
  return [...text];
}

/** The punctuation mark that follows each line of a text. */
export function lineMarks(text: string): string[] {
  return characters(text).filter((character) => LINE_END.test(character));
}
