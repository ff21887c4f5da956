/// An amount of US dollars, exact to the millionth. One USDC atom is one unit.
///
/// Written as people write it: `10 USD`. The suffix may be left out.
@frozen public struct USD: Quantity, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  /// The count of millionths of a dollar.
  public let count: Int64

  /// Makes an amount of `count` millionths of a dollar.
  ///
  /// A bare literal does not come here: `USD(5)` is 5 dollars, as `5` would be.
  public init(_ count: Int64) { self.count = count }

  /// Makes an amount from a decimal literal, rounded to the nearest unit.
  public init(floatLiteral value: Double) { self.init(Int64((value * 1e6).rounded())) }

  /// Makes an amount from a whole literal.
  public init(integerLiteral value: Int64) { self.init(value * 1_000_000) }

  /// The amount with its unit, such as `10 USD`.
  public var description: String { DecimalText.text(count, places: 6) + " USD" }
}

extension USD: ParameterValue {
  /// How a schema names this type.
  public static var parameterType: ParameterType { .usd }

  /// Parses text such as `10 USD`.
  public init?(parameterText text: String) {
    guard let count = UnitText.count(text, suffixes: ["USD", "USDC"], places: 6) else {
      return nil
    }
    self.init(count)
  }

  /// The text that parses back to this value.
  public var parameterText: String { description }
}
