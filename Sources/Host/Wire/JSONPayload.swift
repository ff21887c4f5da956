import FoundationEssentials

/// Content of the frames that are rare enough for JSON.
enum JSONPayload {
  /// The bytes of `value`; empty, which no decoder takes, when it cannot be encoded.
  static func bytes(_ value: some Encodable) -> Data {
    (try? JSONEncoder().encode(value)) ?? Data()
  }

  /// - Throws: `WireError.malformed` when the rest of the frame is no such value.
  static func value<Value: Decodable>(
    _ type: Value.Type = Value.self, from reader: inout ByteReader
  ) throws(WireError) -> Value {
    do {
      return try JSONDecoder().decode(type, from: Data(reader.rest()))
    } catch {
      throw .malformed(kind: reader.kind, "it is no \(type)")
    }
  }
}
