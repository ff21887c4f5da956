/// What a wallet can hold, as the ledger counts it.
package enum LedgerAsset: String, Sendable, Hashable, Codable, CaseIterable {
  /// Lamports that can be spent, those in orders and in unsettled proceeds included.
  case sol
  /// Lamports that accounts lock as rent.
  case rent
  /// Token atoms, those in orders and in unsettled proceeds included.
  case token
  /// Millionths of a dollar.
  case usdc
}

/// One exact amount of each asset, in atoms.
package struct AssetAmounts: Sendable, Hashable, Codable {
  package var sol: Int128 = 0
  package var rent: Int128 = 0
  package var token: Int128 = 0
  package var usdc: Int128 = 0

  package init() {}

  package subscript(asset: LedgerAsset) -> Int128 {
    get {
      switch asset {
      case .sol: sol
      case .rent: rent
      case .token: token
      case .usdc: usdc
      }
    }
    set {
      switch asset {
      case .sol: sol = newValue
      case .rent: rent = newValue
      case .token: token = newValue
      case .usdc: usdc = newValue
      }
    }
  }

  /// Decodes four whole numbers as decimal text, which every coder carries exactly.
  package init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    for asset in LedgerAsset.allCases { self[asset] = try container.decode(Exact.self).value }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    for asset in LedgerAsset.allCases { try container.encode(Exact(self[asset])) }
  }
}

/// A whole number of up to 128 bits, coded as decimal text.
package struct Exact: Sendable, Hashable, Codable {
  package var value: Int128

  package init(_ value: Int128) { self.value = value }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let value = Int128(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "expected a whole number as text")
    }
    self.value = value
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(String(value))
  }
}
