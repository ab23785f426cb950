/** How often fuzz tests run: SHIREN_FUZZ=20 for twenty times as often. */
export const runs = (usual: number): number => Math.ceil(usual * Number(process.env['SHIREN_FUZZ'] ?? 1));
