/** A poem as a picture: SVG, or PNG drawn from it. */
import { splitLines } from '../../poetry/text.js';

export interface PictureOptions {
  readonly vertical: boolean;
  /** Beside the poem, small. */
  readonly caption: string;
}

const FONT = '"Noto Serif CJK SC", "Source Han Serif SC", "Songti SC", STSong, SimSun, serif';
const SIZE = 48;
const STEP = 60;
const MARGIN = 72;
const PAPER = '#fbf7ec';
const INK = '#1d1a16';
const SEAL = '#a6261b';

/** The lines as a hanging scroll (vertical, from the right), or as couplets. */
export function poemSvg(text: string, { vertical, caption }: PictureOptions): string {
  const lines = splitLines(text).map((line) => [...line]);
  const longest = Math.max(...lines.map(({ length }) => length));
  const [across, down] = vertical ? [lines.length + 1, longest] : [longest, lines.length + 1];
  const width = 2 * MARGIN + across * STEP;
  const height = 2 * MARGIN + down * STEP;
  const place = (line: number, at: number): [number, number] =>
    vertical
      ? [width - MARGIN - (line + 0.5) * STEP, MARGIN + (at + 0.8) * STEP]
      : [MARGIN + (at + 0.5) * STEP, MARGIN + (line + 0.8) * STEP];
  const glyphs = lines.flatMap((line, index) =>
    line.map((character, at) => {
      const [x, y] = place(index, at);
      return `<text x="${x}" y="${y}" font-size="${SIZE}" fill="${INK}">${escapeXml(character)}</text>`;
    }),
  );
  const [x, y] = vertical ? [MARGIN + STEP / 2, height - MARGIN] : [width - MARGIN, height - MARGIN];
  const note = `<text x="${x}" y="${y}" font-size="16" fill="#6b6459">${escapeXml(caption)}</text>`;
  const seal = `<rect x="${x - 16}" y="${y - 62}" width="32" height="32" rx="4" fill="${SEAL}"/><text x="${x}" y="${y - 38}" font-size="22" fill="#fff">诗</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family='${FONT}' text-anchor="middle"><rect width="100%" height="100%" fill="${PAPER}"/>${glyphs.join('')}${seal}${note}</svg>`;
}

/** Draws an SVG at twice its size. */
export async function toPng(svg: string): Promise<Blob> {
  const picture = new Image();
  picture.src = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  await picture.decode();
  const canvas = document.createElement('canvas');
  canvas.width = picture.width * 2;
  canvas.height = picture.height * 2;
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(picture.src);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/png'),
  );
}

function escapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
  return text.replace(/[&<>]/gu, (character) => entities[character] ?? character);
}
