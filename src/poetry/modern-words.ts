/** Words of today's language, that no Tang line has. */

/** Words of two characters that a poem is corrupted with. */
export const SPOKEN_WORDS = [
  '我们',
  '什么',
  '他们',
  '这个',
  '因为',
  '所以',
  '没有',
  '觉得',
  '非常',
  '就是',
  '可以',
  '喜欢',
] as const;

/** Those whose characters may meet in a line of verse by chance. */
const BY_CHANCE: readonly string[] = ['这个', '觉得', '非常', '就是', '喜欢'];

const OTHER_WORDS = [
  '怎么',
  '但是',
  '如果',
  '时候',
  '你们',
  '已经',
  '现在',
  '时间',
  '世界',
  '电',
  '网',
  '机器',
];
const PARTICLES = '的们吗呢吧很她它哪嘛啊哦呀咱';

const MODERN = [...SPOKEN_WORDS.filter((word) => !BY_CHANCE.includes(word)), ...OTHER_WORDS];

/** Finds words and particles that tell today's language. */
export const MODERN_LANGUAGE = new RegExp(`${MODERN.join('|')}|[${PARTICLES}]`, 'gu');

/** Those that old verse has as well, in another sense: nets and lightning, the worlds of Buddhas. */
const IN_OLD_VERSE: readonly string[] = ['网', '电', '世界', '时间', '可以', '所以'];

/** Finds what is today's language in a text that may be old verse. */
export const MODERN_PROSE = new RegExp(
  `${MODERN.filter((word) => !IN_OLD_VERSE.includes(word)).join('|')}|[${PARTICLES.replace('呀', '')}]`,
  'gu',
);
