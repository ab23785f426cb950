/**
 * A graph as the bytes of an ONNX model (protobuf, github.com/onnx/onnx/blob/main/onnx/onnx.proto).
 *
 * Only the messages and fields that graphs here need; field numbers are those of onnx.proto.
 */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { DATA_TYPE } from './data-types.js';
import type { AttributeValue, Graph, Initializer, Node, Value } from './graph.js';

const IR_VERSION = 10;
const OPSET = 21;
const MICROSOFT_OPSET = 1;

type Write = (writer: BinaryWriter) => void;

function message(writer: BinaryWriter, field: number, write: Write): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
}

const text = (writer: BinaryWriter, field: number, value: string): void => {
  writer.tag(field, WireType.LengthDelimited).string(value);
};

const integer = (writer: BinaryWriter, field: number, value: number): void => {
  writer.tag(field, WireType.Varint).int64(value);
};

/** AttributeProto */
function writeAttribute(writer: BinaryWriter, name: string, value: AttributeValue): void {
  text(writer, 1, name);
  if (typeof value === 'number') {
    integer(writer, 3, value);
    integer(writer, 20, 2);
  } else if (typeof value === 'string') {
    text(writer, 4, value);
    integer(writer, 20, 3);
  } else if ('float' in value) {
    writer.tag(2, WireType.Bit32).float(value.float);
    integer(writer, 20, 1);
  } else {
    value.forEach((item) => integer(writer, 8, item));
    integer(writer, 20, 7);
  }
}

/** NodeProto */
function writeNode(writer: BinaryWriter, node: Node): void {
  node.inputs.forEach((value) => text(writer, 1, value?.name ?? ''));
  node.outputs.forEach((value) => text(writer, 2, value.name));
  text(writer, 4, node.operator);
  for (const [name, value] of Object.entries(node.attributes)) {
    message(writer, 5, (attribute) => writeAttribute(attribute, name, value));
  }
  if (node.domain !== '') text(writer, 7, node.domain);
}

/** ValueInfoProto */
function writeValueInfo(writer: BinaryWriter, name: string, value: Value): void {
  text(writer, 1, name);
  message(writer, 2, (type) =>
    message(type, 1, (tensor) => {
      integer(tensor, 1, DATA_TYPE[value.type]);
      message(tensor, 2, (shape) => {
        for (const dimension of value.shape) {
          message(shape, 1, (entry) => {
            if (typeof dimension === 'number') integer(entry, 1, dimension);
            else text(entry, 2, dimension);
          });
        }
      });
    }),
  );
}

/** StringStringEntryProto, as TensorProto.external_data uses it */
function writeEntry(writer: BinaryWriter, key: string, value: string): void {
  text(writer, 1, key);
  text(writer, 2, value);
}

/** TensorProto */
function writeInitializer(writer: BinaryWriter, initializer: Initializer): void {
  const { value } = initializer;
  value.shape.forEach((dimension) => integer(writer, 1, Number(dimension)));
  integer(writer, 2, DATA_TYPE[value.type]);
  text(writer, 8, value.name);
  if (initializer.kind === 'inline') {
    writer.tag(9, WireType.LengthDelimited).bytes(initializer.data);
    return;
  }
  message(writer, 13, (entry) => writeEntry(entry, 'location', initializer.file));
  message(writer, 13, (entry) => writeEntry(entry, 'offset', String(initializer.offset)));
  message(writer, 13, (entry) => writeEntry(entry, 'length', String(initializer.length)));
  integer(writer, 14, 1);
}

/** OperatorSetIdProto */
function writeOpset(writer: BinaryWriter, domain: string, version: number): void {
  text(writer, 1, domain);
  integer(writer, 2, version);
}

/** What of a graph a model holds. */
export type ModelParts = Pick<Graph, 'nodes' | 'inputs' | 'outputs' | 'initializers'>;

/** The ONNX model of a graph. Outputs are renamed by an Identity node, so that their names are the caller's. */
export function encodeModel(graph: ModelParts): Uint8Array {
  const writer = new BinaryWriter();
  integer(writer, 1, IR_VERSION);
  text(writer, 2, 'shiren');
  message(writer, 7, (body) => {
    graph.nodes.forEach((node) => message(body, 1, (entry) => writeNode(entry, node)));
    graph.outputs.forEach(({ name, value }) =>
      message(body, 1, (entry) =>
        writeNode(entry, {
          operator: 'Identity',
          domain: '',
          inputs: [value],
          outputs: [{ ...value, name }],
          attributes: {},
        }),
      ),
    );
    text(body, 2, 'shiren');
    graph.initializers.forEach((initializer) =>
      message(body, 5, (entry) => writeInitializer(entry, initializer)),
    );
    graph.inputs.forEach((value) => message(body, 11, (entry) => writeValueInfo(entry, value.name, value)));
    graph.outputs.forEach(({ name, value }) =>
      message(body, 12, (entry) => writeValueInfo(entry, name, value)),
    );
    // The runtime cannot tell every shape, and writes a result over an input only where both are known to be of one shape.
    for (const value of graph.nodes.flatMap(({ outputs }) => outputs)) {
      message(body, 13, (entry) => writeValueInfo(entry, value.name, value));
    }
  });
  message(writer, 8, (opset) => writeOpset(opset, '', OPSET));
  message(writer, 8, (opset) => writeOpset(opset, 'com.microsoft', MICROSOFT_OPSET));
  return writer.finish();
}
