import PluginAPI

/// Decides which money has to move. The most urgent need wins; the rest waits for the next run.
struct InjectionPlanner {
  enum Plan: Hashable {
    case injection(Injection)
    case nothing(String)
  }

  /// What a wallet must have beyond the tip to pay for a bundle: fees, and what lets it exist.
  static let bundleCost: SOL = 0.002

  let settings: FinancialInjection
  let swarm: Swarm
  let reserve: Reserve
  let place: ChannelPlace
  let price: USD
  /// What may be swapped now.
  let allowance: USD

  func plan() throws(ArithmeticOverflow) -> Plan {
    let low = swarm.wallets.filter { $0.sol < settings.lowBalance.lamports }
    if !low.isEmpty { return topUps(of: low) }
    let floor = settings.minSolReserve.count - settings.hysteresis.count
    let ceiling = Percent(Percent.whole.count - settings.minSolReserve.count)
    if Percent.whole.count - reserve.usdcShare.count < floor {
      return swap("reserve", .buySOL, reserve.excess(over: ceiling))
    }
    return buffer()
  }

  // MARK: Low wallets

  /// Gives low wallets SOL from those that have more than a topped-up one; else from one that buys
  /// it first; else by sharing what there is.
  private func topUps(of low: [Wallet]) -> Plan {
    let full = Handout(swarm, of: low, to: settings.topUp.lamports, cost: bundleCost)
    if full.isComplete { return .injection(injection(full.transfers)) }
    if let bought = buyThenTopUp(low) { return .injection(bought) }
    let shared = Handout(swarm, of: low, to: fairShare, cost: bundleCost)
    let rest = shared.transfers.isEmpty ? full : shared
    guard !rest.transfers.isEmpty else {
      return .nothing(
        "wallets are low on SOL; none can spare any and \(limit(buyer?.usdc ?? .zero))")
    }
    return .injection(injection(rest.transfers))
  }

  /// What each wallet would have if all had the same; zero when that is hardly enough to trade.
  private var fairShare: Lamports {
    let cost = Int128(bundleCost.count)
    let sum = swarm.wallets.reduce(Int128(0)) { $0 + Int128($1.sol.count) } - cost
    let share = Lamports(Int64(clamping: sum / Int128(max(1, swarm.wallets.count))))
    let least = Int128(settings.lowBalance.count) * 2
    return Int128(share.count) < least ? .zero : min(share, settings.topUp.lamports)
  }

  private var bundleCost: Lamports {
    Lamports(Int64(clamping: Int128(settings.tip.count) + Int128(Self.bundleCost.count)))
  }

  /// The wallet with most USDC among those that can pay for a bundle.
  private var buyer: Wallet? {
    swarm.wallets.filter { $0.sol >= bundleCost }
      .max { ($0.usdc, $1.id) < ($1.usdc, $0.id) }
  }

  /// Buys what is missing and hands it out; `nil` when too little can be bought.
  private func buyThenTopUp(_ low: [Wallet]) -> Injection? {
    guard let buyer else { return nil }
    let others = low.filter { $0.id != buyer.id }
    let goal = settings.topUp.lamports
    let need = others.reduce(Int128(0)) { $0 + Int128(goal.count) - Int128($1.sol.count) }
    let spare = Int128(buyer.sol.count) - Int128(goal.count) - Int128(bundleCost.count)
    let usdc = min(dollars(max(0, need - spare)), buyer.usdc, allowance)
    guard usdc >= settings.minSwap else { return nil }
    var rich = buyer
    rich.sol = Lamports(Int64(clamping: Int128(buyer.sol.count) + bought(usdc)))
    let handout = Handout(Swarm(wallets: [rich]), of: others, to: goal, cost: bundleCost)
    let swap = Injection.Swap(wallet: buyer.id, direction: .buySOL, usdc: usdc)
    return injection(handout.transfers, after: swap)
  }

  private func injection(_ transfers: [Injection.Transfer], after swap: Injection.Swap? = nil)
    -> Injection
  { Injection(reason: "low balance", swap: swap, transfers: transfers) }

  // MARK: Buffer

  /// Slides the USDC buffer with the price.
  private func buffer() -> Plan {
    let share = reserve.usdcShare
    switch place {
    case .unknown(let why): return .nothing("balances are sufficient; the buffer waits: \(why)")
    case .upper(let depth):
      let target = slide(settings.upperUsdc, depth)
      if share.count < target.count - settings.hysteresis.count {
        return swap("buffer", .sellSOL, USD(-reserve.excess(over: target).count))
      }
      return spend(share, above: target)
    case .lower(let depth): return spend(share, above: slide(settings.lowerUsdc, depth))
    }
  }

  private func spend(_ share: Percent, above target: Percent) -> Plan {
    guard share.count > target.count + settings.hysteresis.count else {
      return .nothing(
        "balances are sufficient; USDC is \(share) of the reserve, wanted about \(target)")
    }
    return swap("buffer", .buySOL, reserve.excess(over: target))
  }

  private func slide(_ edge: Percent, _ depth: Percent) -> Percent {
    Percent(Int64(Int128(edge.count) * Int128(depth.count) / Int128(Percent.whole.count)))
  }

  // MARK: Swaps

  /// One swap by the wallet that has most for it; what it buys goes to the poorest.
  private func swap(_ reason: String, _ direction: Injection.Direction, _ wanted: USD) -> Plan {
    let (wallet, has) = richest(direction)
    let usdc = min(wanted, has, allowance)
    guard let wallet, usdc >= settings.minSwap else {
      return .nothing("\(reason): a swap of \(wanted) is wanted, but \(limit(has))")
    }
    let swap = Injection.Swap(wallet: wallet, direction: direction, usdc: usdc)
    let transfers =
      direction == .buySOL
      ? Levelling.transfers(of: bought(usdc), from: wallet, in: swarm) : []
    return .injection(Injection(reason: reason, swap: swap, transfers: transfers))
  }

  /// The wallet that has most to give, and how many dollars' worth that is. A seller keeps a top-up
  /// and the bundle's cost, a buyer must have the cost.
  private func richest(_ direction: Injection.Direction) -> (WalletID?, USD) {
    let holdings = swarm.wallets.filter { $0.sol >= bundleCost }.map { wallet in
      let spare =
        Int128(wallet.sol.count) - Int128(settings.topUp.count) - Int128(bundleCost.count)
      return (wallet.id, direction == .buySOL ? wallet.usdc : worth(spare))
    }
    let best = holdings.max { ($0.1, $1.0) < ($1.1, $0.0) }
    return (best?.0, best?.1 ?? .zero)
  }

  /// The lamports that `usdc` buys at the least.
  private func bought(_ usdc: USD) -> Int128 {
    let fair = Int128(usdc.count) * 1_000_000_000 / Int128(price.count)
    return fair * (Int128(Percent.whole.count) - Int128(settings.slippage.count)) / 100_000_000
  }

  /// The dollars that buy `lamports`, with room for the slippage.
  private func dollars(_ lamports: Int128) -> USD {
    let exact = lamports * Int128(price.count) / 1_000_000_000 + 1
    let keep = Int128(Percent.whole.count) - Int128(settings.slippage.count)
    return USD(Int64(clamping: exact * Int128(Percent.whole.count) / keep + 1))
  }

  private func worth(_ lamports: Int128) -> USD {
    USD(Int64(clamping: lamports * Int128(price.count) / 1_000_000_000))
  }

  private func limit(_ has: USD) -> String {
    if has < settings.minSwap { return "no wallet has the money for it" }
    return allowance < settings.minSwap
      ? "the day's limit is used up" : "it is too small to be worth it"
  }
}
