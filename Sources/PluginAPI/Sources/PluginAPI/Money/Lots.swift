/// The smallest unit of SOL: 10^-9 SOL.
@frozen public struct Lamports: Quantity {
  /// The count of smallest units.
  public let count: Int64

  /// Makes a quantity of `count` smallest units.
  public init(_ count: Int64) { self.count = count }
}

/// A size on the book, in units of the market's base lot.
@frozen public struct BaseLots: Quantity {
  /// The count of smallest units.
  public let count: Int64

  /// Makes a quantity of `count` smallest units.
  public init(_ count: Int64) { self.count = count }
}

/// An amount of the quote currency, in units of the market's quote lot.
@frozen public struct QuoteLots: Quantity {
  /// The count of smallest units.
  public let count: Int64

  /// Makes a quantity of `count` smallest units.
  public init(_ count: Int64) { self.count = count }
}

/// A price on the book: quote lots for one base lot. A tick is 1.
@frozen public struct PriceLots: Quantity {
  /// The count of smallest units.
  public let count: Int64

  /// Makes a quantity of `count` smallest units.
  public init(_ count: Int64) { self.count = count }
}

/// An amount of a token in its smallest unit (atoms).
@frozen public struct TokenAmount: Quantity {
  /// The count of smallest units.
  public let count: Int64

  /// Makes a quantity of `count` smallest units.
  public init(_ count: Int64) { self.count = count }
}
