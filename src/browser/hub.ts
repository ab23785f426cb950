/** In a browser models come by URL ({@link loadPoet}), not by their id on the hub. */
export function isHubId(): boolean {
  return false;
}

export function hubModelFolder(name: string): Promise<string> {
  return Promise.reject(new Error(`${name}: not in a browser`));
}
