/** A poem as text: lines of Han characters, and the punctuation between them. */

/** One Han character (any block, compatibility ideographs included). */
const HAN = /^\p{Script=Han}$/u;

/** What ends a line of verse. */
const LINE_END = /[，。？！；]/u;

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

/** The code points of a string (a character beyond the basic plane is one). */
export function characters(text: string): string[] {
  return [...text];
}

/**
 * The layout of an answer: a couplet a line, a comma after its first half and a full stop after its second. Question and
 * exclamation marks at the same place of `marks` are kept.
 */
export function layOut(lines: readonly string[], marks: readonly string[] = []): string {
  let text = '';
  lines.forEach((line, index) => {
    const mark = marks[index];
    const plain = index % 2 === 0 && index < lines.length - 1 ? '，' : '。';
    text += line + (mark === '？' || mark === '！' ? mark : plain);
    if (index % 2 === 1 && index < lines.length - 1) text += '\n';
  });
  return text;
}

/** The punctuation mark that follows each line of a text. */
export function lineMarks(text: string): string[] {
  return characters(text).filter((character) => LINE_END.test(character));
}
