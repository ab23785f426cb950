/** The numbers by which ONNX knows types of elements (TensorProto.DataType of onnx.proto). */
import type { ElementType } from './graph.js';

export const DATA_TYPE: Readonly<Record<ElementType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  bfloat16: 16,
};
