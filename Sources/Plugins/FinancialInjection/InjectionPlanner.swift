import PluginAPI

/// Moves of money that happen together.
struct Injection: Sendable, Hashable {
  /// Why, in a few words.
  var reason: String
  /// What is swapped first, if anything.
  var swap: Swap?
  /// SOL that goes from one wallet to others.
  var transfers: [Transfer] = []

  /// All SOL that is transferred.
  var moved: Lamports {
    get throws(ArithmeticOverflow) {
      var sum = Lamports.zero
      for transfer in transfers { sum = try sum.adding(transfer.amount) }
      return sum
    }
  }

  struct Swap: Sendable, Hashable {
    var wallet: WalletID
    var direction: Direction
    /// Its size in dollars.
    var usdc: USD
  }

  enum Direction: Sendable, Hashable { case buySOL, sellSOL }

  struct Transfer: Sendable, Hashable {
    var from: WalletID
    var to: WalletID
    var amount: Lamports
  }
}

/// Decides which money has to move. The most urgent need wins; the rest waits for the next run.
struct InjectionPlanner {
  enum Plan: Hashable {
    case injection(Injection)
    case nothing(String)
  }

  /// What a wallet must have beyond the tip to pay for a bundle: fees, and what lets it exist.
  static let bundleCost: SOL = 0.002
  /// Swaps below this are not worth their fees.
  static let smallest: USD = 1

  let settings: FinancialInjection
  let swarm: Swarm
  let reserve: Reserve
  let place: ChannelPlace
  let price: USD
  /// What may be swapped now.
  let allowance: USD

  func plan() -> Plan {
    let low = swarm.wallets.filter { $0.sol < settings.lowBalance.lamports }
    if !low.isEmpty { return topUps(of: low) }
    let floor = settings.minSolReserve.count - settings.hysteresis.count
    let ceiling = Percent(Percent.whole.count - settings.minSolReserve.count)
    if Percent.whole.count - reserve.usdcShare.count < floor {
      return swap("reserve", .buySOL, reserve.excess(over: ceiling))
    }
    return buffer()
  }

  /// Gives low wallets SOL from the richest one, or from one that buys it first.
  private func topUps(of low: [Wallet]) -> Plan {
    let needs = low.map { ($0.id, Lamports(settings.topUp.count - $0.sol.count)) }
    let need = needs.reduce(Int128(0)) { $0 + Int128($1.1.count) }
    guard let donor = swarm.wallets.max(by: { ($0.sol, $1.id) < ($1.sol, $0.id) }) else {
      return .nothing("the swarm has no wallets")
    }
    if spare(donor) >= need { return .injection(topUp(needs, from: donor.id, swap: nil)) }
    let buyer = buyer
    if let buyer, let injection = buyThenTopUp(needs, buyer) { return .injection(injection) }
    guard spare(donor) > 0 else {
      let why = limit(buyer?.usdc ?? .zero)
      return .nothing("wallets are low on SOL; none can spare any and \(why)")
    }
    return .injection(topUp(fitting(needs, into: spare(donor)), from: donor.id, swap: nil))
  }

  /// The wallet with most USDC among those that can pay for a bundle.
  private var buyer: Wallet? {
    let least = Int128(settings.tip.count) + Int128(Self.bundleCost.count)
    return swarm.wallets.filter { Int128($0.sol.count) >= least }
      .max { ($0.usdc, $1.id) < ($1.usdc, $0.id) }
  }

  /// Buys what is missing and hands it out; `nil` when too little can be bought.
  private func buyThenTopUp(_ needs: [(WalletID, Lamports)], _ buyer: Wallet) -> Injection? {
    let others = needs.filter { $0.0 != buyer.id }
    let outgoing = others.reduce(Int128(0)) { $0 + Int128($1.1.count) }
    let missing = max(0, outgoing - spare(buyer))
    let wanted = dollars(missing)
    let usdc = min(wanted, buyer.usdc, allowance)
    guard usdc >= Self.smallest else { return nil }
    let swap = Injection.Swap(wallet: buyer.id, direction: .buySOL, usdc: usdc)
    let bought = Int128(usdc.count) * 1_000_000_000 / Int128(price.count)
    let share =
      bought * (Int128(Percent.whole.count) - Int128(settings.slippage.count)) / 100_000_000
    let pot = max(0, spare(buyer) + share)
    return topUp(fitting(others, into: pot), from: buyer.id, swap: swap)
  }

  /// As many top-ups as `sol` lamports pay for; the last one may be smaller.
  private func fitting(_ needs: [(WalletID, Lamports)], into sol: Int128) -> [(WalletID, Lamports)]
  {
    var left = sol
    var paid: [(WalletID, Lamports)] = []
    for (wallet, need) in needs where left > 0 {
      let part = min(Int128(need.count), left)
      paid.append((wallet, Lamports(Int64(part))))
      left -= part
    }
    return paid
  }

  private func topUp(
    _ needs: [(WalletID, Lamports)], from donor: WalletID, swap: Injection.Swap?
  ) -> Injection {
    Injection(
      reason: "low balance", swap: swap,
      transfers: needs.map { Injection.Transfer(from: donor, to: $0.0, amount: $0.1) })
  }

  /// What a wallet can give away: all beyond a top-up of its own and the tip.
  private func spare(_ wallet: Wallet) -> Int128 {
    Int128(wallet.sol.count) - Int128(settings.topUp.count) - Int128(settings.tip.count)
  }

  /// The dollars that buy `lamports`, with room for the slippage.
  private func dollars(_ lamports: Int128) -> USD {
    let exact = lamports * Int128(price.count) / 1_000_000_000 + 1
    let keep = Int128(Percent.whole.count) - Int128(settings.slippage.count)
    return USD(Int64(clamping: exact * Int128(Percent.whole.count) / keep + 1))
  }

  /// Slides the USDC buffer with the price.
  private func buffer() -> Plan {
    let share = reserve.usdcShare
    switch place {
    case .unknown: return .nothing("reserves are sufficient; no channel to place the buffer in yet")
    case .upper(let depth):
      let target = slide(settings.upperUsdc, depth)
      if share.count < target.count - settings.hysteresis.count {
        let missing = reserve.excess(over: target)
        return swap("buffer", .sellSOL, USD(-missing.count))
      }
      if share.count > target.count + settings.hysteresis.count {
        return swap("buffer", .buySOL, reserve.excess(over: target))
      }
      return balanced(share, target)
    case .lower(let depth):
      let target = slide(settings.lowerUsdc, depth)
      guard share.count > target.count + settings.hysteresis.count else {
        return balanced(share, target)
      }
      return swap("buffer", .buySOL, reserve.excess(over: target))
    }
  }

  private func slide(_ edge: Percent, _ depth: Percent) -> Percent {
    Percent(Int64(Int128(edge.count) * Int128(depth.count) / Int128(Percent.whole.count)))
  }

  private func balanced(_ share: Percent, _ target: Percent) -> Plan {
    .nothing("balances are sufficient; USDC is \(share) of the reserve, wanted about \(target)")
  }

  private func swap(_ reason: String, _ direction: Injection.Direction, _ wanted: USD) -> Plan {
    let (wallet, has) = richest(direction)
    let usdc = min(wanted, has, allowance)
    guard let wallet, usdc >= Self.smallest else {
      return .nothing("\(reason): a swap of \(wanted) is wanted, but \(limit(has))")
    }
    return .injection(
      Injection(
        reason: reason, swap: Injection.Swap(wallet: wallet, direction: direction, usdc: usdc)))
  }

  /// The wallet that has most to give, and how many dollars' worth that is.
  private func richest(_ direction: Injection.Direction) -> (WalletID?, USD) {
    let holdings = swarm.wallets.map { wallet in
      (wallet.id, direction == .buySOL ? wallet.usdc : worth(spare(wallet)))
    }
    let best = holdings.max { ($0.1, $1.0) < ($1.1, $0.0) }
    return (best?.0, best?.1 ?? .zero)
  }

  private func worth(_ lamports: Int128) -> USD {
    USD(Int64(clamping: lamports * Int128(price.count) / 1_000_000_000))
  }

  private func limit(_ has: USD) -> String {
    if has < Self.smallest { return "no wallet has the money for it" }
    return allowance < Self.smallest
      ? "the day's limit is used up" : "it is too small to be worth it"
  }
}
