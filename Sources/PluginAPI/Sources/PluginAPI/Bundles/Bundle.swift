/// Intents that happen together or not at all.
public struct Bundle: Sendable, Hashable, Codable {
  /// Why the bundle exists, in a few words, for records and screens.
  public var label: String
  /// What shall happen, in order.
  public var intents: [Intent]
  /// What the validator gets on top of the fees.
  public var tip: SOL
  /// Who goes first when bundles compete.
  public var priority: Priority

  /// Who goes first when bundles compete.
  public enum Priority: Int, Sendable, Hashable, Codable, Comparable {
    /// Ordinary work.
    case normal
    /// Quotes that should stand soon.
    case rebuild
    /// Orders that should go soon.
    case cancel
    /// Part of an emergency stop.
    case kill

    /// Orders by urgency, the least urgent first.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  /// Makes a bundle.
  public init(
    _ label: String, tip: SOL = 0, priority: Priority = .normal, intents: [Intent]
  ) {
    self.label = label
    self.intents = intents
    self.tip = tip
    self.priority = priority
  }
}

/// The promise that a bundle is stored and will be followed to its end.
public struct BundleReceipt: Sendable, Hashable, Codable {
  /// Names the bundle.
  public var id: BundleID

  /// Makes a receipt.
  public init(id: BundleID) { self.id = id }
}

/// How a bundle ended.
public enum BundleOutcome: Sendable, Hashable, Codable {
  /// It happened, in `slot`, with one result per intent in the bundle's order.
  case landed(slot: UInt64, results: [IntentResult])
  /// It was executed and undone as a whole; nothing but the fee is gone.
  case reverted(reason: String)
  /// Only a part of it happened, which the venue should never do: the results of the rest are
  /// `nil`. New work on the same accounts waits until they were read again.
  case partial(slot: UInt64, results: [IntentResult?])
  /// It can no longer happen.
  case expired
  /// Nobody knows yet; the service keeps asking and blocks new work on the same accounts.
  case unknown

  /// Whether it happened.
  public var hasLanded: Bool { if case .landed = self { true } else { false } }
}

/// What an intent of a landed bundle really did.
public enum IntentResult: Sendable, Hashable, Codable {
  /// It was carried out.
  case done
  /// An order stands.
  case placed(OrderID, size: BaseLots)
  /// An order was dropped silently: it would have traded, or had expired, or nothing was left of it.
  case dropped(String)
  /// A taking order traded `size` for `quote` lamports in all.
  case filled(size: BaseLots, quote: Lamports)
  /// An account was created.
  case created(AccountID)
  /// Rent or proceeds came back.
  case returned(sol: Lamports, token: TokenAmount)
  /// A swap was made.
  case swapped(SwapQuote)
  /// A market was created.
  case createdMarket(String)
}
