/** Values that are worked out once. */

interface Cache<Key, Item> {
  get(key: Key): Item | undefined;
  set(key: Key, item: NoInfer<Item>): unknown;
}

/** What a cache has under a key; made where it has nothing. How much it holds is the cache's own affair. */
export function kept<Key, Item>(cache: Cache<Key, Item>, key: Key, make: () => Item): Item {
  let item = cache.get(key);
  if (item === undefined) cache.set(key, (item = make()));
  return item;
}

/** A value that is made when it is first asked for. */
export function once<Item>(make: () => Item): () => Item {
  let made: { readonly item: Item } | undefined;
  return () => (made ??= { item: make() }).item;
}
