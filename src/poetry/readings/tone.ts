/** The two tones of verse. */

/** 平 (level) or 仄 (oblique). */
export type Tone = '平' | '仄';
