/** Figures of a step, gathered from its micro-batches. */
export class Tally {
  private readonly sums = new Map<string, { sum: number; weight: number }>();
  private readonly extremes = new Map<string, number>();

  /** Adds to a weighted mean. */
  mean(name: string, value: number, weight = 1): void {
    const before = this.sums.get(name) ?? { sum: 0, weight: 0 };
    this.sums.set(name, { sum: before.sum + value * weight, weight: before.weight + weight });
  }

  least(name: string, value: number): void {
    this.extremes.set(name, Math.min(value, this.extremes.get(name) ?? Infinity));
  }

  most(name: string, value: number): void {
    this.extremes.set(name, Math.max(value, this.extremes.get(name) ?? -Infinity));
  }

  /** The figures by name; a mean over nothing is left out. */
  figures(): Record<string, number> {
    const means = [...this.sums].flatMap(([name, { sum, weight }]): [string, number][] =>
      weight > 0 ? [[name, sum / weight]] : [],
    );
    return Object.fromEntries([...means, ...this.extremes]);
  }
}
