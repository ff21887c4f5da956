/// Price times volume and volume, exact.
package struct WeightedSum: Sendable, Hashable, Codable {
  package private(set) var value: Int128
  package private(set) var volume: Int128

  package init(value: Int128 = 0, volume: Int128 = 0) {
    self.value = value
    self.volume = volume
  }

  package init(price: Int64, volume: Int128) {
    self.init(value: Int128(price) * volume, volume: volume)
  }

  package static func += (left: inout Self, right: Self) {
    left.value += right.value
    left.volume += right.volume
  }

  package static func -= (left: inout Self, right: Self) {
    left.value -= right.value
    left.volume -= right.volume
  }

  /// The average price, rounded to the nearest, halves up; `nil` without volume.
  package var average: Int64? {
    guard volume > 0 else { return nil }
    return Int64(clamping: (value + volume / 2) / volume)
  }

  /// Decodes both numbers from decimal text, which every coder carries exactly.
  package init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    let texts = (try container.decode(String.self), try container.decode(String.self))
    guard let value = Int128(texts.0), let volume = Int128(texts.1) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "expected two whole numbers as text")
    }
    self.init(value: value, volume: volume)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    try container.encode(String(value))
    try container.encode(String(volume))
  }
}
