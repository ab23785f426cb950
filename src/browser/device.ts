/** Devices in a browser: the processor, by WebAssembly. */
import { InputError } from '../support/errors.js';
import type { Device } from '../tensor/device.js';

export function requireDevice(device: Device): void {
  if (device !== 'cpu') throw deviceError(device, 'not available in a browser');
}

export function deviceError(device: Device, reason: string): InputError {
  return new InputError(`device ${device}: ${reason}; expected cpu`);
}
