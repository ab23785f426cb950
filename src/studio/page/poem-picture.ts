/** A poem as a picture to post: SVG, or PNG drawn from it. */
import { characters, splitLines } from '../../poetry/text.js';

export interface PictureOptions {
  /** Columns from the right, or else rows. */
  readonly vertical: boolean;
  /** Light characters on dark paper. */
  readonly night?: boolean;
  /** Beside the poem, small. */
  readonly caption: string;
  /** Rules of fonts that the picture carries within. */
  readonly fonts?: string;
}

const FONT =
  "'Noto Serif SC', 'Source Han Serif SC', 'Noto Serif CJK SC', 'Songti SC', STSong, SimSun, serif";

/** Four to five, as those who post pictures have them. */
const SIZE = { width: 1080, height: 1350 };
/** From the frame to the paper's edge, and from the poem to the frame. */
const [FRAME, ROOM] = [44, 110];
const CAPTION = { size: 26, step: 36, room: 120 };
const SEAL = { size: 64, glyph: 42 };
/** The largest characters of a poem, and what a line and a character take, in their size. */
const [LARGEST, LINE_STEP, CHARACTER_STEP] = [120, 1.5, 1.2];
/** Lines after which couplets share a column or a row. */
const SEPARATE_LINES = 8;

const INKS = {
  day: { paper: '#f7f1e3', frame: '#cdbf9f', ink: '#1d1a16', faint: '#756a58', seal: '#9c2a1f' },
  night: { paper: '#1a1815', frame: '#4a4338', ink: '#f0e8d8', faint: '#a3977f', seal: '#b3392c' },
};

/** The characters of each column or row. */
function strips(text: string): string[][] {
  const lines = splitLines(text).map(characters);
  if (lines.length <= SEPARATE_LINES) return lines;
  return lines.flatMap((line, index) =>
    index % 2 === 0 ? [[...line, '', ...(lines[index + 1] ?? [])]] : [],
  );
}

/** The lines as a hanging scroll (vertical, from the right), or as rows; with a caption and a seal. */
export function poemSvg(
  text: string,
  { vertical, night = false, caption, fonts = '' }: PictureOptions,
): string {
  const { paper, frame, ink, faint, seal } = INKS[night ? 'night' : 'day'];
  const { width, height } = SIZE;
  const lines = strips(text);
  const longest = Math.max(1, ...lines.map(({ length }) => length));
  const room = {
    width: width - 2 * (FRAME + ROOM) - (vertical ? CAPTION.room : 0),
    height: height - 2 * (FRAME + ROOM) - (vertical ? 0 : CAPTION.room),
  };
  const [across, along] = vertical ? [room.width, room.height] : [room.height, room.width];
  const size = Math.min(LARGEST, across / (lines.length * LINE_STEP), along / (longest * CHARACTER_STEP));
  const [step, advance] = [size * LINE_STEP, size * CHARACTER_STEP];
  const [before, above] = [(across - lines.length * step) / 2, (along - longest * advance) / 2];
  const place = (line: number, at: number): [number, number] => {
    const [lineAt, characterAt] = [before + (line + 0.5) * step, above + (at + 0.5) * advance];
    const start = FRAME + ROOM;
    return vertical ? [width - start - lineAt, start + characterAt] : [start + characterAt, start + lineAt];
  };
  const glyphs = lines.flatMap((line, index) =>
    line.map((character, at) => glyph(character, place(index, at), size, ink)),
  );
  const inner = FRAME + ROOM;
  const foot = height - inner;
  const signed = vertical
    ? [
        ...characters(caption).map((one, at) =>
          glyph(one, [inner, inner + (at + 0.5) * CAPTION.step], CAPTION.size, faint),
        ),
        stamp([inner, foot - SEAL.size / 2], seal),
      ]
    : [
        stamp([width - inner - SEAL.size / 2, foot - SEAL.size / 2], seal),
        `<text x="${inner}" y="${round(foot - SEAL.size / 2)}" dy=".35em" font-size="${CAPTION.size}" fill="${faint}">${escapeXml(caption)}</text>`,
      ];
  const border = [FRAME, FRAME + 9].map(
    (at, index) =>
      `<rect x="${at}" y="${at}" width="${width - 2 * at}" height="${height - 2 * at}" fill="none" stroke="${frame}" stroke-width="${index === 0 ? 3 : 1}"/>`,
  );
  const style = fonts === '' ? '' : `<style>${fonts}</style>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="${FONT}">${style}<rect width="100%" height="100%" fill="${paper}"/>${border.join('')}${signed.join('')}${glyphs.join('')}</svg>`;
}

function glyph(character: string, [x, y]: readonly [number, number], size: number, fill: string): string {
  if (character.trim() === '') return '';
  return `<text x="${round(x)}" y="${round(y)}" dy=".35em" text-anchor="middle" font-size="${round(size)}" fill="${fill}">${escapeXml(character)}</text>`;
}

/** The seal, in its middle. */
function stamp([x, y]: readonly [number, number], fill: string): string {
  const { size, glyph: glyphSize } = SEAL;
  return `<rect x="${round(x - size / 2)}" y="${round(y - size / 2)}" width="${size}" height="${size}" rx="7" fill="${fill}"/>${glyph('诗', [x, y], glyphSize, '#fffaf0')}`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** Draws an SVG in its own size. */
export async function toPng(svg: string): Promise<Blob> {
  const picture = new Image();
  picture.src = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  await picture.decode();
  const canvas = document.createElement('canvas');
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext('2d')?.drawImage(picture, 0, 0);
  URL.revokeObjectURL(picture.src);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/png'),
  );
}

function escapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
  return text.replace(/[&<>]/gu, (character) => entities[character] ?? character);
}
