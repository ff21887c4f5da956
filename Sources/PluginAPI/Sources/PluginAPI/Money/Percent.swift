/// A share, exact to a millionth of a percent.
///
/// Written as people write it: `15%`. The suffix may be left out.
@frozen public struct Percent: Quantity, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  /// The count of millionths of a percent.
  public let count: Int64

  /// Makes an amount of `count` millionths of a percent.
  ///
  /// A bare literal does not come here: `Percent(5)` is 5 %, as `5` would be.
  public init(_ count: Int64) { self.count = count }

  /// Makes an amount from a decimal literal, rounded to the nearest unit.
  public init(floatLiteral value: Double) { self.init(Int64((value * 1e6).rounded())) }

  /// Makes an amount from a whole literal.
  public init(integerLiteral value: Int64) { self.init(value * 1_000_000) }

  /// The amount with its unit, such as `15%`.
  public var description: String { DecimalText.text(count, places: 6) + "%" }
}

extension Percent: ParameterValue {
  /// How a schema names this type.
  public static var parameterType: ParameterType { .percent }

  /// Parses text such as `15%`.
  public init?(parameterText text: String) {
    guard let count = UnitText.count(text, suffixes: ["%"], places: 6) else {
      return nil
    }
    self.init(count)
  }

  /// The text that parses back to this value.
  public var parameterText: String { description }
}

extension Percent {
  /// The whole: 100 %.
  public static let whole: Percent = 100

  /// The share as a fraction for statistics: 15 % is 0.15.
  public var fraction: Double { Double(count) / 1e8 }

  /// This share of `quantity`, rounded toward zero.
  ///
  /// - Throws: `ArithmeticOverflow` when the result does not fit.
  public func of<Q: Quantity>(_ quantity: Q) throws(ArithmeticOverflow) -> Q {
    try quantity.scaled(by: count, over: Percent.whole.count)
  }
}
