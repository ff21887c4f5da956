import PluginAPI

/// SOL for low wallets, out of wallets that have more than the goal.
struct Handout {
  /// Transfers that a bundle surely holds, whatever their wallets.
  static let longest = 16

  private(set) var transfers: [Injection.Transfer] = []
  /// Whether every low wallet gets all that it lacks, or as many of them as fit a bundle.
  private(set) var isComplete = true

  /// Fills the poorest first, out of the richest first.
  ///
  /// - Parameters:
  ///   - swarm: Who may give.
  ///   - low: Who gets SOL, up to `goal`.
  ///   - goal: What nobody gives away below.
  ///   - cost: What a giver keeps beyond that for the bundle.
  init(_ swarm: Swarm, of low: [Wallet], to goal: Lamports, cost: Lamports) {
    let keep = Int128(goal.count) + Int128(cost.count)
    var givers = swarm.wallets.filter { Int128($0.sol.count) > keep }
      .sorted { ($1.sol, $0.id) < ($0.sol, $1.id) }
      .map { (id: $0.id, spare: Int128($0.sol.count) - keep) }[...]
    for wallet in low.sorted(by: { ($0.sol, $0.id) < ($1.sol, $1.id) }) where wallet.sol < goal {
      var lacks = Int128(goal.count) - Int128(wallet.sol.count)
      while lacks > 0, let giver = givers.first, transfers.count < Self.longest {
        let part = min(lacks, giver.spare)
        transfers.append(
          Injection.Transfer(from: giver.id, to: wallet.id, amount: Lamports(Int64(part))))
        lacks -= part
        if part == giver.spare {
          givers.removeFirst()
        } else {
          givers[givers.startIndex].spare -= part
        }
      }
      if lacks > 0, transfers.count < Self.longest { isComplete = false }
    }
  }
}

/// Hands bought SOL to the poorest wallets, as water fills the lowest places first.
enum Levelling {
  /// Transfers below this are not worth their bytes.
  private static let smallest: SOL = 0.001

  static func transfers(of bought: Int128, from buyer: WalletID, in swarm: Swarm)
    -> [Injection.Transfer]
  {
    let level = level(swarm.wallets.map { Int128($0.sol.count) }.sorted(), plus: bought)
    let poorest = swarm.wallets.filter { $0.id != buyer }
      .sorted { ($0.sol, $0.id) < ($1.sol, $1.id) }
    var left = bought
    var transfers: [Injection.Transfer] = []
    for wallet in poorest.prefix(Handout.longest) {
      let part = min(left, level - Int128(wallet.sol.count))
      guard part >= Int128(smallest.count) else { break }
      transfers.append(
        Injection.Transfer(from: buyer, to: wallet.id, amount: Lamports(Int64(clamping: part))))
      left -= part
    }
    return transfers
  }

  /// How high `amount` more fills the lowest of `heights`, which are sorted.
  private static func level(_ heights: [Int128], plus amount: Int128) -> Int128 {
    var sum = amount
    for (count, height) in heights.enumerated() {
      if count > 0, sum / Int128(count) <= height { return sum / Int128(count) }
      sum += height
    }
    return sum / Int128(max(1, heights.count))
  }
}
