/**
 * TensorBoard's event files: records (length, payload, each with a masked CRC-32C) of Event messages
 * (tensorflow/core/util/event.proto, lib/io/record_writer.h).
 */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { crc32c } from '@aws-crypto/crc32c';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** Of two records of a step, TensorBoard shows the later file's: one file a stage, written anew when a run is taken up. */
const FILE = 'events.out.tfevents.0.shiren';

/** The checksum as records carry it: rotated and shifted, so that checksums of checksums stay good. */
function maskedChecksum(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

function record(payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(payload.length + 16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(payload.length), true);
  view.setUint32(8, maskedChecksum(bytes.subarray(0, 8)), true);
  bytes.set(payload, 12);
  view.setUint32(12 + payload.length, maskedChecksum(payload), true);
  return bytes;
}

/** Event: wall_time = 1, step = 2, file_version = 3, summary = 5. */
function event(seconds: number, step: number, write: (writer: BinaryWriter) => void): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Bit64).double(seconds);
  writer.tag(2, WireType.Varint).int64(step);
  write(writer);
  return writer.finish();
}

/** Summary.Value: tag = 1, simple_value = 2. */
function writeScalars(writer: BinaryWriter, scalars: Readonly<Record<string, number>>): void {
  writer.tag(5, WireType.LengthDelimited).fork();
  for (const [name, value] of Object.entries(scalars)) {
    writer.tag(1, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(name);
    writer.tag(2, WireType.Bit32).float(value);
    writer.join();
  }
  writer.join();
}

export class EventFile {
  private readonly file: string;

  /** Begins the event file of a folder anew. */
  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.file = path.join(folder, FILE);
    const version = event(Date.now() / 1000, 0, (writer) =>
      writer.tag(3, WireType.LengthDelimited).string('brain.Event:2'),
    );
    writeFileSync(this.file, record(version));
  }

  /** Adds the figures of a step. */
  append(step: number, scalars: Readonly<Record<string, number>>): void {
    const payload = event(Date.now() / 1000, step, (writer) => writeScalars(writer, scalars));
    appendFileSync(this.file, record(payload));
  }
}
