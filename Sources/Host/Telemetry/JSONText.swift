/// Writes the parts of JSON that the host writes by hand, because encoders cost too much per line.
package enum JSONText: Sendable {
  /// The text as a JSON string with its quotes.
  package static func quoted(_ text: String) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(text.utf8.count + 2)
    append(quoted: text, to: &out)
    return String(decoding: out, as: UTF8.self)
  }

  /// Appends the text as a JSON string with its quotes.
  package static func append(quoted text: String, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "\""))
    for byte in text.utf8 { append(escaped: byte, to: &out) }
    out.append(UInt8(ascii: "\""))
  }

  /// The pairs as a JSON object, sorted by key.
  package static func object(_ fields: [String: String]) -> String {
    var out: [UInt8] = [UInt8(ascii: "{")]
    for (index, field) in fields.sorted(by: { $0.key < $1.key }).enumerated() {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      append(quoted: field.key, to: &out)
      out.append(UInt8(ascii: ":"))
      append(quoted: field.value, to: &out)
    }
    out.append(UInt8(ascii: "}"))
    return String(decoding: out, as: UTF8.self)
  }

  private static func append(escaped byte: UInt8, to out: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): out += [UInt8(ascii: "\\"), byte]
    case 0x0A: out += Array("\\n".utf8)
    case 0x0D: out += Array("\\r".utf8)
    case 0x09: out += Array("\\t".utf8)
    case 0..<0x20, 0x7F: out += Array("\\u00".utf8) + [hex(byte >> 4), hex(byte & 15)]
    default: out.append(byte)
    }
  }

  private static func hex(_ digit: UInt8) -> UInt8 {
    digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
  }
}
