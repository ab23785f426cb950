/** The dictionaries that opencc-js ships without types: entries `key value…` joined by `|`. */
declare module 'opencc-js/dict/*' {
  const dictionary: string;
  // eslint-disable-next-line import-x/no-default-export -- the package's own shape
  export default dictionary;
}

declare module 'opencc-js/cn2t' {
  /** A converter between two scripts by OpenCC's tables of words. */
  export function Converter(options: { from: string; to: string }): (text: string) => string;
}
