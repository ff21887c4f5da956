import PluginAPI

/// The swarm's own tokens, wherever they lie.
struct Inventory: Sendable, Hashable {
  /// Tokens in wallets, in open SELL orders and among unsettled proceeds.
  var token: TokenAmount

  /// Adds up `swarm`.
  ///
  /// - Throws: `ArithmeticOverflow` when a sum does not fit.
  init(_ swarm: Swarm, lots: MarketLots) throws(ArithmeticOverflow) {
    var sum = TokenAmount.zero
    for wallet in swarm.wallets {
      sum = try sum.adding(wallet.token)
      for account in wallet.accounts {
        sum = try sum.adding(account.freeToken)
        for order in account.orders where order.side == .ask {
          sum = try sum.adding(lots.amount(of: order.size))
        }
      }
    }
    token = sum
  }
}

/// `100 % − (Locked + Inventory) / TotalEmission × 100 %`.
enum Headroom {
  /// The headroom of `swarm`, whose emission must be positive; never below zero.
  static func of(_ swarm: Swarm, inventory: Inventory) -> Percent {
    let taken = Int128(swarm.locked.count) + Int128(inventory.token.count)
    let whole = Int128(Percent.whole.count)
    let share = max(0, taken) * whole / Int128(swarm.emission.count)
    return Percent(Int64(max(0, whole - share)))
  }
}

extension TargetControl {
  /// How the grid may buy at `headroom`.
  ///
  /// Between the bounds the multiplier grows in a straight line, to four decimals: the more others
  /// hold, the denser the BUY side. Below the lower bound the BUY depth shrinks, down to nothing at no headroom.
  func steer(_ headroom: Percent) -> Control {
    let span = Double(upperHeadroom.count - lowerHeadroom.count)
    let place = Double(headroom.count - lowerHeadroom.count) / span
    let share = min(max(place, 0), 1)
    let multiplier = minimumMultiplier + (maximumMultiplier - minimumMultiplier) * share
    return Control(
      headroom: headroom, multiplier: (multiplier * 10_000).rounded() / 10_000,
      depth: depth(headroom))
  }

  private func depth(_ headroom: Percent) -> Percent {
    guard headroom < lowerHeadroom else { return .whole }
    let share = Int128(headroom.count) * Int128(Percent.whole.count) / Int128(lowerHeadroom.count)
    return Percent(Int64(share))
  }
}
