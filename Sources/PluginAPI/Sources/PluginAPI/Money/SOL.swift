/// An amount of SOL, exact to the lamport.
///
/// Written as people write it: `0.1 SOL`. The suffix may be left out.
@frozen public struct SOL: Quantity, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  /// The count of lamports.
  public let count: Int64

  /// Makes an amount of `count` lamports.
  ///
  /// A bare literal does not come here: `SOL(5)` is 5 SOL, as `5` would be.
  public init(_ count: Int64) { self.count = count }

  /// Makes an amount from a decimal literal, rounded to the nearest unit.
  public init(floatLiteral value: Double) { self.init(Int64((value * 1e9).rounded())) }

  /// Makes an amount from a whole literal.
  public init(integerLiteral value: Int64) { self.init(value * 1_000_000_000) }

  /// The amount with its unit, such as `0.1 SOL`.
  public var description: String { DecimalText.text(count, places: 9) + " SOL" }
}

extension SOL: ParameterValue {
  /// How a schema names this type.
  public static var parameterType: ParameterType { .sol }

  /// Parses text such as `0.1 SOL`.
  public init?(parameterText text: String) {
    guard let count = UnitText.count(text, suffixes: ["SOL"], places: 9) else {
      return nil
    }
    self.init(count)
  }

  /// The text that parses back to this value.
  public var parameterText: String { description }
}

extension SOL {
  /// The same amount in lamports.
  public var lamports: Lamports { Lamports(count) }

  /// Makes an amount of SOL from lamports.
  public init(_ lamports: Lamports) { self.init(lamports.count) }
}
