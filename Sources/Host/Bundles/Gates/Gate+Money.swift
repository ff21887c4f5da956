import PluginAPI

extension Gate {
  /// Each wallet must have what the bundle needs at its worst point, besides what other bundles
  /// may still use.
  static func balances(_ context: GateContext) -> Refusal? {
    for wallet in context.state.swarm.wallets {
      guard let draw = context.walk.draws[wallet.id] else { continue }
      let reserved = context.inFlight.draws[wallet.id] ?? WalletDraw()
      let keep = Int128(context.state.costs.walletMinimum.count)
      let lines = [
        Need("lamports", has: Int128(wallet.sol.count) - keep, reserved.sol, draw.sol),
        Need("token atoms", has: Int128(wallet.token.count), reserved.token, draw.token),
        Need("USDC atoms", has: Int128(wallet.usdc.count), reserved.usdc, draw.usdc),
      ]
      if let short = lines.first(where: \.isShort) {
        let code: RefusalCode = short.draw > short.has ? .balanceShort : .reservationConflict
        return Refusal(code, "wallet \(wallet.id) \(short)")
      }
    }
    return nil
  }

  private struct Need: CustomStringConvertible {
    let unit: String
    let has: Int128
    let reserved: Int128
    let draw: Int128

    init(_ unit: String, has: Int128, _ reserved: Int128, _ draw: Int128) {
      self.unit = unit
      self.has = has
      self.reserved = reserved
      self.draw = draw
    }

    var isShort: Bool { draw > 0 && draw > has - reserved }

    var description: String {
      "needs \(draw) \(unit), has \(has) to spend, \(reserved) of it reserved for other bundles"
    }
  }

  /// What a wallet spends leaves it enough for the fees of what follows. Reductions pass, and so do
  /// swaps that bring SOL.
  static func gasFloor(_ context: GateContext) -> Refusal? {
    let intents = context.bundle.intents
    guard let index = intents.firstIndex(where: { !$0.isReducing && !$0.bringsSOL }) else {
      return nil
    }
    let floor = Int128(context.limits.gasFloor.count)
    for wallet in context.state.swarm.wallets {
      guard let draw = context.walk.draws[wallet.id]?.sol, draw > 0 else { continue }
      let reserved = context.inFlight.draws[wallet.id]?.sol ?? 0
      let left = Int128(wallet.sol.count) - reserved - draw
      guard left < floor else { continue }
      return Refusal(
        .gasFloor,
        "wallet \(wallet.id) would keep \(SOL(Int64(clamping: left))), it must keep "
          + "\(context.limits.gasFloor) for fees", intent: index)
    }
    return nil
  }

  /// The network's fees of a day are limited.
  static func fees(_ context: GateContext) -> Refusal? {
    guard case .success(let plan) = context.plan else { return nil }
    let sum = Int128(context.feesSpent.count) + Int128(plan.fee.count)
    guard sum > Int128(context.limits.dayFeeBudget.count) else { return nil }
    return Refusal(
      .feeBudget,
      "the fees of 24 hours would exceed \(context.limits.dayFeeBudget), "
        + "\(SOL(context.feesSpent)) are spent")
  }

  /// The tip of a bundle and of the day is limited.
  static func tips(_ context: GateContext) -> Refusal? {
    let tip = context.bundle.tip
    guard tip <= context.limits.maxTip else {
      return Refusal(
        .tipBudget, "the tip is \(tip), at most \(context.limits.maxTip) is allowed for a bundle")
    }
    let sum = Int128(context.tipsSpent.count) + Int128(tip.count)
    guard tip > 0, sum > Int128(context.limits.dayTipBudget.count) else { return nil }
    return Refusal(
      .tipBudget,
      "the tips of 24 hours would exceed \(context.limits.dayTipBudget), "
        + "\(SOL(context.tipsSpent)) are spent")
  }

  /// A job may submit so many bundles in a minute.
  static func rate(_ context: GateContext) -> Refusal? {
    guard context.submissions >= context.limits.perMinute else { return nil }
    return Refusal(
      .rateLimit,
      "\(context.submitter.job) submitted \(context.submissions) bundles in the last minute, "
        + "\(context.limits.perMinute) are allowed")
  }

  /// A job may have so many bundles under way. This holds for cancels, too: they are not limited in
  /// a minute, and nobody may fill the line in which those of the other jobs wait.
  static func backlog(_ context: GateContext) -> Refusal? {
    guard context.unfinished >= context.limits.maxUnfinished else { return nil }
    return Refusal(
      .rateLimit,
      "\(context.unfinished) bundles of \(context.submitter.job) have not ended, "
        + "\(context.limits.maxUnfinished) are allowed")
  }
}

extension Intent {
  /// Whether it leaves its wallet with more SOL.
  fileprivate var bringsSOL: Bool {
    if case .swap(_, .buySOL) = self { true } else { false }
  }
}
