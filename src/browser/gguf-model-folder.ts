/** In a browser models are folders by URL; GGUF files are not unpacked there. */
export function isGgufFile(): boolean {
  return false;
}

export function ggufModelFolder(name: string): Promise<string> {
  return Promise.reject(new Error(`${name}: not in a browser`));
}
