/** Work that goes on side by side, a few pieces at a time. */
export class UnderWay {
  private readonly pieces: Promise<unknown>[] = [];

  /** @param limit pieces at a time */
  constructor(private readonly limit: number) {}

  /** Adds a piece, and waits until there is room for another. */
  async add(piece: Promise<unknown>): Promise<void> {
    this.pieces.push(piece);
    // Whoever waits for an earlier piece need not see that this one failed: `add` or `all` will.
    piece.catch(() => undefined);
    if (this.pieces.length >= this.limit) await this.pieces.shift();
  }

  /** Waits for what is left. */
  async all(): Promise<void> {
    await Promise.all(this.pieces.splice(0));
  }
}
