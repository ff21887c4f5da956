/// Names one of the swarm's wallets.
@frozen
public struct WalletID: Sendable, Hashable, Codable, Comparable, CustomStringConvertible,
  ExpressibleByStringLiteral
{
  /// The identifier's text.
  public let description: String

  /// Makes an identifier from its text.
  public init(_ text: String) { description = text }

  /// Makes an identifier from its text.
  public init(stringLiteral value: String) { description = value }

  /// Orders by text.
  public static func < (left: Self, right: Self) -> Bool { left.description < right.description }

  /// Encodes the bare text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  /// Decodes bare text.
  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(String.self))
  }
}

/// Names an account on the venue; on a chain its address.
@frozen
public struct AccountID: Sendable, Hashable, Codable, Comparable, CustomStringConvertible,
  ExpressibleByStringLiteral
{
  /// The identifier's text.
  public let description: String

  /// Makes an identifier from its text.
  public init(_ text: String) { description = text }

  /// Makes an identifier from its text.
  public init(stringLiteral value: String) { description = value }

  /// Orders by text.
  public static func < (left: Self, right: Self) -> Bool { left.description < right.description }

  /// Encodes the bare text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  /// Decodes bare text.
  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(String.self))
  }
}

/// Names an order that stands, or stood, on the book.
@frozen
public struct OrderID: Sendable, Hashable, Codable, Comparable, CustomStringConvertible,
  ExpressibleByStringLiteral
{
  /// The identifier's text.
  public let description: String

  /// Makes an identifier from its text.
  public init(_ text: String) { description = text }

  /// Makes an identifier from its text.
  public init(stringLiteral value: String) { description = value }

  /// Orders by text.
  public static func < (left: Self, right: Self) -> Bool { left.description < right.description }

  /// Encodes the bare text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  /// Decodes bare text.
  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(String.self))
  }
}

/// Names an accepted bundle.
@frozen
public struct BundleID: Sendable, Hashable, Codable, Comparable, CustomStringConvertible,
  ExpressibleByStringLiteral
{
  /// The identifier's text.
  public let description: String

  /// Makes an identifier from its text.
  public init(_ text: String) { description = text }

  /// Makes an identifier from its text.
  public init(stringLiteral value: String) { description = value }

  /// Orders by text.
  public static func < (left: Self, right: Self) -> Bool { left.description < right.description }

  /// Encodes the bare text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  /// Decodes bare text.
  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(String.self))
  }
}

/// Names one fill for ever: signature, instruction and index on a chain.
@frozen
public struct TradeID: Sendable, Hashable, Codable, Comparable, CustomStringConvertible,
  ExpressibleByStringLiteral
{
  /// The identifier's text.
  public let description: String

  /// Makes an identifier from its text.
  public init(_ text: String) { description = text }

  /// Makes an identifier from its text.
  public init(stringLiteral value: String) { description = value }

  /// Orders by text.
  public static func < (left: Self, right: Self) -> Bool { left.description < right.description }

  /// Encodes the bare text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  /// Decodes bare text.
  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(String.self))
  }
}
