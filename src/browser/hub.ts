/** In a browser models come by URL ({@link loadPoet}), not by their id on the hub, and data sets from memory. */
export function isHubId(): boolean {
  return false;
}

export function hubModelFolder(name: string): Promise<string> {
  return Promise.reject(new Error(`${name}: not in a browser`));
}

export function hubDatasetFiles({ id }: { readonly id: string }): Promise<string[]> {
  return Promise.reject(new Error(`${id}: not in a browser`));
}
