/** Stop sequences: a text ends before the first of them, and what could begin one is not shown before it is known. */

/** Where the first stop sequence of a text begins; undefined where it has none. */
export function stopIn(text: string, stops: readonly string[]): number | undefined {
  const found = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
  return found.length === 0 ? undefined : Math.min(...found);
}

/** How much of a growing text is certain: all of it but an end that a stop sequence may begin with. */
export function certainLength(text: string, stops: readonly string[]): number {
  const longest = Math.max(0, ...stops.map((stop) => stop.length - 1));
  for (let start = Math.max(0, text.length - longest); start < text.length; start += 1) {
    const end = text.slice(start);
    if (stops.some((stop) => stop.startsWith(end))) return start;
  }
  return text.length;
}
