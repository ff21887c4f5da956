package import PluginAPI

/// Names a transaction for ever: its first signature, in base 58 on a chain.
package struct Signature: Sendable, Hashable, Codable, CustomStringConvertible,
  ExpressibleByStringLiteral
{
  package let description: String

  package init(_ text: String) { description = text }

  package init(stringLiteral value: String) { description = value }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  package init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(String.self))
  }
}

/// What makes a transaction valid for a while: about 150 blocks.
package struct Blockhash: Sendable, Hashable, Codable {
  package var hash: String
  /// The last block height at which a transaction with this hash can land.
  package var lastValidBlockHeight: UInt64
  /// The slot at which the node gave it.
  package var slot: UInt64

  package init(hash: String, lastValidBlockHeight: UInt64, slot: UInt64) {
    self.hash = hash
    self.lastValidBlockHeight = lastValidBlockHeight
    self.slot = slot
  }
}

/// A part of a bundle that goes into one transaction.
package struct PlannedTransaction: Sendable, Hashable, Codable {
  /// The intents, in order.
  package var intents: [Intent]
  /// The place of its first intent in the bundle.
  package var firstIntent: Int
  /// Who pays the fee, and the tip if it is here.
  package var payer: WalletID
  /// The tip, in the last transaction of a bundle only.
  package var tip: Lamports?
  /// Its exact size, signatures included; at most 1232.
  package var bytes: Int
  /// The compute units that it asks for.
  package var computeUnits: Int
  /// How many sign it; each signature costs a fee.
  package var signatures = 1

  package init(
    intents: [Intent], firstIntent: Int, payer: WalletID, tip: Lamports? = nil, bytes: Int,
    computeUnits: Int
  ) {
    self.intents = intents
    self.firstIntent = firstIntent
    self.payer = payer
    self.tip = tip
    self.bytes = bytes
    self.computeUnits = computeUnits
  }
}

/// A bundle divided into transactions: one to five of them, all or none.
package struct BundlePlan: Sendable, Hashable, Codable {
  package var id: BundleID
  package var transactions: [PlannedTransaction]

  package init(id: BundleID, transactions: [PlannedTransaction]) {
    self.id = id
    self.transactions = transactions
  }
}

/// The bytes of a transaction. The same bytes have the same signature and happen at most once,
/// however often they are sent.
package struct SignedTransaction: Sendable, Hashable, Codable {
  package var signature: Signature
  package var bytes: [UInt8]

  package init(signature: Signature, bytes: [UInt8]) {
    self.signature = signature
    self.bytes = bytes
  }

  private enum CodingKeys: String, CodingKey { case signature, bytes }

  /// The bytes travel as hexadecimal text: a list of numbers is many times slower to write.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(signature, forKey: .signature)
    try container.encode(HexText.text(bytes), forKey: .bytes)
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    signature = try container.decode(Signature.self, forKey: .signature)
    let text = try container.decode(String.self, forKey: .bytes)
    guard let bytes = HexText.bytes(text) else {
      throw DecodingError.dataCorruptedError(
        forKey: .bytes, in: container, debugDescription: "no hexadecimal text")
    }
    self.bytes = bytes
  }
}

/// A bundle ready to be sent, and sent again.
package struct SignedBundle: Sendable, Hashable, Codable {
  package var id: BundleID
  /// 1 for the first signing. A later one is made only when the one before is proved dead.
  package var attempt: Int
  package var blockhash: Blockhash
  package var transactions: [SignedTransaction]

  package init(
    id: BundleID, attempt: Int, blockhash: Blockhash, transactions: [SignedTransaction]
  ) {
    self.id = id
    self.attempt = attempt
    self.blockhash = blockhash
    self.transactions = transactions
  }
}

/// What the block engine said when a bundle was handed over. None of it tells whether it lands.
package enum SendAnswer: Sendable, Hashable {
  /// It was taken over, under the engine's own name for it.
  case accepted(engineID: String)
  /// It was turned down, for a reason that may pass.
  case rejected(RejectReason, String)
  /// Too many requests: nothing more before this much time.
  case limited(retryAfter: Duration)
  /// Nobody answered; whether it arrived is not known.
  case unreachable(String)
}

/// Why a block engine turned a bundle down.
package enum RejectReason: String, Sendable, Hashable, Codable, CaseIterable {
  /// Others tipped more.
  case auction
  /// It failed when it was tried.
  case simulation
  /// The blockhash is too old.
  case blockhash
  /// The engine's own trouble.
  case `internal`
  /// It is not a bundle: too long, too large, badly signed.
  case malformed
}

/// How sure it is that a transaction stays.
package enum Commitment: Int, Sendable, Hashable, Codable, Comparable {
  case processed
  case confirmed
  case finalized

  package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// Where a transaction stands.
package struct TransactionStatus: Sendable, Hashable, Codable {
  package var slot: UInt64
  package var commitment: Commitment
  /// Why it had no effect but its fee; `nil` when it had.
  package var error: String?

  package init(slot: UInt64, commitment: Commitment, error: String? = nil) {
    self.slot = slot
    self.commitment = commitment
    self.error = error
  }
}

/// Statuses as read at one moment.
package struct StatusReport: Sendable, Hashable {
  /// One for each signature that was asked for; `nil` when the node knows nothing of it.
  package var statuses: [TransactionStatus?]
  /// The newest slot.
  package var slot: UInt64
  /// The height of the newest block that cannot be undone. A transaction that is unknown while this
  /// is past its last valid height is dead.
  package var finalizedBlockHeight: UInt64

  package init(statuses: [TransactionStatus?], slot: UInt64, finalizedBlockHeight: UInt64) {
    self.statuses = statuses
    self.slot = slot
    self.finalizedBlockHeight = finalizedBlockHeight
  }
}

/// What a bundle that landed really did.
package struct BundleEffects: Sendable, Hashable, Codable {
  /// One result per intent of the bundle; `nil` for those whose transaction did not happen.
  package var results: [IntentResult?]
  /// What it cost and moved besides trades.
  package var moves: [MoneyMove]

  package init(results: [IntentResult?], moves: [MoneyMove] = []) {
    self.results = results
    self.moves = moves
  }
}

/// Money that a wallet gave or got, other than by trading.
package struct MoneyMove: Sendable, Hashable, Codable {
  package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    /// The network's fee, the priority fee included.
    case fee
    case tip
    /// Rent that a new account locks.
    case rentLock = "rent_lock"
    /// Rent that a closed account gave back.
    case rentReclaim = "rent_reclaim"
    case swap
    /// Between own wallets; the moves of one transfer sum to zero.
    case transfer
    /// What the market takes from makers whose events others must process.
    case heapPenalty = "heap_penalty"
  }

  /// What was moved.
  package enum Asset: String, Sendable, Hashable, Codable, CaseIterable {
    case sol
    case token
    case usdc
  }

  package var kind: Kind
  package var wallet: WalletID
  package var asset: Asset
  /// In atoms (lamports, token atoms, millionths of a dollar); negative for what was given.
  package var amount: Int64

  package init(_ kind: Kind, _ wallet: WalletID, _ asset: Asset, _ amount: Int64) {
    self.kind = kind
    self.wallet = wallet
    self.asset = asset
    self.amount = amount
  }
}

/// What tips the bundles of others that landed lately paid.
package struct TipStatistics: Sendable, Hashable, Codable {
  package var p25: Lamports
  package var p50: Lamports
  package var p75: Lamports
  package var p95: Lamports
  package var time: Timestamp

  package init(p25: Lamports, p50: Lamports, p75: Lamports, p95: Lamports, time: Timestamp) {
    self.p25 = p25
    self.p50 = p50
    self.p75 = p75
    self.p95 = p95
    self.time = time
  }
}

/// Which accounts are in address lookup tables, and so cost one byte in a transaction, not 32.
package struct LookupCoverage: Sendable, Hashable, Codable {
  /// Whether the market's accounts are.
  package var market: Bool
  /// The wallets whose accounts are.
  package var wallets: Set<WalletID>

  package init(market: Bool = false, wallets: Set<WalletID> = []) {
    self.market = market
    self.wallets = wallets
  }
}

/// The venue did not do what was asked; whether it will next time is not known.
package struct VenueFailure: Error, Sendable, Hashable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}
