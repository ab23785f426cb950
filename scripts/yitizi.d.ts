/** The package yitizi, which ships without types: variants by character. */
declare module 'yitizi' {
  const Yitizi: { readonly yitiziData: Readonly<Record<string, string>> };
  // eslint-disable-next-line import-x/no-default-export -- the package's own shape
  export default Yitizi;
}
