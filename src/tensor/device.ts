/** Where graphs run: the processor, or an accelerator that ONNX Runtime has a provider for. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { InputError } from '../support/errors.js';
import { countSchema } from '../support/settings.js';
import { onnxRuntime } from './onnx-runtime.js';

export const DEVICES = ['cpu', 'cuda', 'webgpu', 'dml', 'coreml'] as const;
export type Device = (typeof DEVICES)[number];

/** Threads of one operator. */
export const ThreadsSchema = countSchema(1024, { description: 'threads of one operator' });

/** How a session runs; the same for all that one command starts. */
export interface RuntimeOptions {
  /** Threads of one operator; ONNX Runtime's choice where absent. */
  readonly threads?: number;
  /** The processor where absent. */
  readonly device?: Device;
}

/** What a device needs, and where its provider comes from (README of onnxruntime-node). */
const NEEDS: Readonly<Record<Device, string>> = {
  cpu: 'nothing more',
  cuda: 'Linux on x64, an NVIDIA driver, CUDA 12 with cuDNN 9, and the provider: node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install=cuda12',
  webgpu: 'Linux on x64, Windows or macOS, with a driver for Vulkan, Direct3D 12 or Metal',
  dml: 'Windows with a driver for Direct3D 12',
  coreml: 'macOS',
};

/** The build knows CUDA before its provider is installed, and complains on its own if it does not find it. */
function hasCudaProvider(): boolean {
  const require = createRequire(import.meta.url);
  const root = path.join(path.dirname(require.resolve('onnxruntime-node')), '..');
  return existsSync(path.join(root, 'bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so'));
}

/** The devices that the installed ONNX Runtime has a provider for. */
export function availableDevices(): Device[] {
  return onnxRuntime()
    .listSupportedBackends()
    .map(({ name }) => name as Device)
    .filter((name) => name !== 'cuda' || hasCudaProvider());
}

/** @throws InputError if the installed ONNX Runtime has no provider for the device */
export function requireDevice(device: Device): void {
  const names = availableDevices();
  if (names.includes(device)) return;
  throw new InputError(
    `--device ${device}: not in this build of ONNX Runtime (it has ${names.join(', ')}); it needs ${NEEDS[device]}`,
  );
}

/** The error of a device that is in the build but does not start. */
export function deviceError(device: Device, reason: string): InputError {
  return new InputError(`--device ${device}: does not start (${reason}); it needs ${NEEDS[device]}`);
}
