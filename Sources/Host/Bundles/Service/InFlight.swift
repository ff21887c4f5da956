package import PluginAPI

/// What bundles that have not ended could still do. New work must leave room for all of it.
package struct InFlight: Sendable {
  /// Balances that are spoken for.
  package private(set) var draws: [WalletID: WalletDraw] = [:]
  /// Orders that are on their way.
  package private(set) var quotes: [OwnQuote] = []
  /// How many orders are on their way, by account.
  package private(set) var orders: [AccountID: Int] = [:]

  package init() {}

  mutating func add(_ claim: Claim) {
    for (wallet, draw) in claim.draws { draws[wallet, default: WalletDraw()] += draw }
    quotes += claim.quotes
    for (account, count) in claim.orders { orders[account, default: 0] += count }
  }
}

/// What one bundle could still do.
struct Claim: Sendable {
  let draws: [WalletID: WalletDraw]
  let quotes: [OwnQuote]
  let orders: [AccountID: Int]
}

/// The claims of all bundles that have not ended, and of some that just did.
///
/// A state that was read before a bundle ended does not show its effects yet, so the claim counts
/// for every read that began before the end.
struct ClaimLedger: Sendable {
  private var open: [BundleID: Claim] = [:]
  private var ended: [(epoch: UInt64, claim: Claim)] = []
  private var epoch: UInt64 = 0
  private var reads: [UInt64: Int] = [:]

  /// Call before the venue is read; hand the ticket back with `endRead`.
  mutating func beginRead() -> UInt64 {
    reads[epoch, default: 0] += 1
    return epoch
  }

  /// Call when what was read is no longer used.
  mutating func endRead(_ ticket: UInt64) {
    if let count = reads[ticket], count > 1 {
      reads[ticket] = count - 1
    } else {
      reads[ticket] = nil
    }
    let oldest = reads.keys.min() ?? .max
    ended.removeAll { $0.epoch <= oldest }
  }

  mutating func open(_ id: BundleID, _ claim: Claim) { open[id] = claim }

  mutating func end(_ id: BundleID) {
    guard let claim = open.removeValue(forKey: id) else { return }
    epoch += 1
    if !reads.isEmpty { ended.append((epoch, claim)) }
  }

  /// All that may not be in a state whose read began with `ticket`.
  func inFlight(for ticket: UInt64) -> InFlight {
    var sum = InFlight()
    for claim in open.values { sum.add(claim) }
    for item in ended where item.epoch > ticket { sum.add(item.claim) }
    return sum
  }
}
