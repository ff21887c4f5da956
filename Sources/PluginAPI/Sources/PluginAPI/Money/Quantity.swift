/// A whole number of some smallest unit, with arithmetic that throws instead of wrapping.
///
/// Amounts of different units are different types, so lamports can never be added to lots.
public protocol Quantity: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
  /// The count of smallest units. Negative values are differences or debts.
  var count: Int64 { get }

  /// Makes a quantity of `count` smallest units.
  init(_ count: Int64)
}

/// An arithmetic result that does not fit in 64 bits.
public struct ArithmeticOverflow: Error, Hashable, Sendable, CustomStringConvertible {
  /// The operation that overflowed, such as `9223372036854775807 + 1`.
  public let description: String

  /// Makes an overflow that names the operation.
  public init(_ description: String) { self.description = description }
}

extension Quantity {
  /// No units at all.
  public static var zero: Self { Self(0) }

  /// Orders by count.
  public static func < (left: Self, right: Self) -> Bool { left.count < right.count }

  /// The sum.
  ///
  /// - Throws: `ArithmeticOverflow` when the sum does not fit.
  public func adding(_ other: Self) throws(ArithmeticOverflow) -> Self {
    let (sum, overflow) = count.addingReportingOverflow(other.count)
    guard !overflow else { throw ArithmeticOverflow("\(count) + \(other.count)") }
    return Self(sum)
  }

  /// The difference.
  ///
  /// - Throws: `ArithmeticOverflow` when the difference does not fit.
  public func subtracting(_ other: Self) throws(ArithmeticOverflow) -> Self {
    let (difference, overflow) = count.subtractingReportingOverflow(other.count)
    guard !overflow else { throw ArithmeticOverflow("\(count) - \(other.count)") }
    return Self(difference)
  }

  /// The product with a bare factor.
  ///
  /// - Throws: `ArithmeticOverflow` when the product does not fit.
  public func multiplied(by factor: Int64) throws(ArithmeticOverflow) -> Self {
    let (product, overflow) = count.multipliedReportingOverflow(by: factor)
    guard !overflow else { throw ArithmeticOverflow("\(count) * \(factor)") }
    return Self(product)
  }

  /// `count * numerator / denominator`, rounded toward zero, with a 128-bit intermediate.
  ///
  /// - Precondition: `denominator` is not zero.
  /// - Throws: `ArithmeticOverflow` when the result does not fit.
  public func scaled(by numerator: Int64, over denominator: Int64) throws(ArithmeticOverflow)
    -> Self
  {
    let result = Int128(count) * Int128(numerator) / Int128(denominator)
    guard let fits = Int64(exactly: result) else {
      throw ArithmeticOverflow("\(count) * \(numerator) / \(denominator)")
    }
    return Self(fits)
  }

  /// Encodes the bare count.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(count)
  }

  /// Decodes a bare count.
  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(Int64.self))
  }

  /// The bare count as text.
  public var description: String { String(count) }
}
