/// Something a bundle may contain only when the job declared it and the job table granted it.
public enum Capability: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
  /// Place and cancel orders, and settle their proceeds.
  case trade
  /// Trade with another of one's own wallets. Built-in exchange and test clusters only.
  case syntheticVolume = "synthetic-volume"
  /// Move SOL between one's own wallets.
  case transfer
  /// Swap between SOL and USDC.
  case swap
  /// Create open-orders accounts, which locks rent.
  case createAccounts = "create-accounts"
  /// Close accounts and reclaim their rent.
  case closeAccounts = "close-accounts"
  /// Create a market that takes the present one's place.
  case createMarket = "create-market"
  /// Send signals that start other jobs.
  case signal

  /// Whether a run with this capability can move money.
  public var movesMoney: Bool { self != .signal }

  /// Orders by name.
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
