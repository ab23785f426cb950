/** Okabe and Ito's colours, told apart by all eyes, with grey for black (https://jfly.uni-koeln.de/color/). */
const COLOURS: readonly string[] = [
  '#0072b2',
  '#e69f00',
  '#009e73',
  '#cc79a7',
  '#56b4e9',
  '#d55e00',
  '#999999',
  '#f0e442',
];

/** The colour of a chart's series by its number; after the last comes the first again. */
export const colourOf = (series: number): string => COLOURS[series % COLOURS.length] ?? 'gray';
