/** What a run in a browser was trained with. */
import { packageVersion } from '../support/package-files.js';
import { runtimeVersion } from './runtime.js';

declare const navigator: { readonly userAgent: string };

export function describePrograms(): Promise<Record<string, string>> {
  return Promise.resolve({
    shiren: packageVersion(),
    'onnxruntime-web': runtimeVersion(),
    platform: navigator.userAgent,
  });
}
