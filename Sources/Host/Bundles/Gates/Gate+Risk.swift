import Isolation
import PluginAPI

extension Gate {
  /// Circuit breakers stop everything that does not reduce.
  static func breakers(_ context: GateContext) -> Refusal? {
    guard let open = context.breakers.first,
      let intent = context.bundle.intents.firstIndex(where: { !$0.isReducing })
    else { return nil }
    let rest = (open.until - context.now).inSeconds.rounded(.up)
    return Refusal(
      open.rule.code,
      "\(open.reason) (limit: \(open.rule.name)); trading goes on in \(Int(rest)) s",
      intent: intent)
  }

  /// A run that was started under older limits decided by them.
  static func configuration(_ context: GateContext) -> Refusal? {
    let (run, force) = (context.submitter.generation, context.limits.generation)
    guard run > 0, run < force else { return nil }
    return Refusal(
      .configStale, "the run belongs to generation \(run), the limits in force to \(force)")
  }

  /// Swaps need an oracle that is sure of itself and that no other source contradicts.
  static func oracle(_ context: GateContext) -> Refusal? {
    guard let index = context.bundle.intents.firstIndex(where: { $0.capability == .swap }),
      let oracle = context.state.oracle
    else { return nil }
    let limits = context.limits
    if isMore(oracle.confidence, than: limits.maxOracleConfidence, of: oracle.price) {
      return Refusal(
        .oracleConfidence,
        "the price of SOL \(oracle.price) may be off by \(oracle.confidence), "
          + "\(limits.maxOracleConfidence) is allowed", intent: index)
    }
    guard let second = context.secondOracle else { return nil }
    let apart = USD(abs(second.price.count - oracle.price.count))
    guard isMore(apart, than: limits.maxOracleDeviation, of: oracle.price) else { return nil }
    return Refusal(
      .oracleDeviation,
      "the prices of SOL \(oracle.price) and \(second.price) are more than "
        + "\(limits.maxOracleDeviation) apart", intent: index)
  }

  private static func isMore(_ part: USD, than share: Percent, of whole: USD) -> Bool {
    Int128(part.count) * Int128(Percent.whole.count) > Int128(whole.count) * Int128(share.count)
  }

  /// Orders expire in time, so that the book cleans itself when the host dies.
  static func expiry(_ context: GateContext) -> Refusal? {
    guard let longest = context.limits.maxOrderLife else { return nil }
    for (index, intent) in context.bundle.intents.enumerated() {
      guard case .place(_, let order) = intent else { continue }
      guard let expires = order.expires else {
        return Refusal(
          .expiryTooLong, "the order stands for ever, \(longest) is allowed", intent: index)
      }
      if expires - context.now > longest {
        return Refusal(
          .expiryTooLong, "the order stands for \(expires - context.now), \(longest) is allowed",
          intent: index)
      }
    }
    return nil
  }

  /// A post-only order that would trade at once with somebody else would be dropped silently.
  static func crossing(_ context: GateContext) -> Refusal? {
    let bid = context.state.bids.first { $0.size > $0.own }?.price
    let ask = context.state.asks.first { $0.size > $0.own }?.price
    for (index, intent) in context.bundle.intents.enumerated() {
      guard case .place(_, let order) = intent else { continue }
      let other = order.side == .bid ? ask : bid
      guard let other, order.side == .bid ? order.price >= other : order.price <= other else {
        continue
      }
      return Refusal(
        .crossesBook,
        "the post-only \(order.side.rawValue) at \(order.price) would meet the "
          + "\(order.side.opposite.rawValue) at \(other)", intent: index)
    }
    return nil
  }

  /// The orders of a bundle are worth so much at most.
  static func notional(_ context: GateContext) -> Refusal? {
    let lots = context.state.lots
    let worth = context.bundle.intents.reduce(Int128(0)) { sum, intent in
      guard let (size, price) = intent.order else { return sum }
      return sum + Int128(size.count) * Int128(price.count) * Int128(lots.quoteLot.count)
    }
    guard worth > Int128(context.limits.maxNotional.count) else { return nil }
    return Refusal(
      .notionalMax,
      "the orders are worth \(SOL(Int64(clamping: worth))), \(context.limits.maxNotional) is "
        + "allowed for a bundle")
  }

  /// What was planned must fit into transactions and a bundle.
  static func sizes(_ context: GateContext) -> Refusal? {
    if case .failure(let refusal) = context.plan { refusal } else { nil }
  }
}

extension Intent {
  /// The size and the price of an order.
  fileprivate var order: (size: BaseLots, price: PriceLots)? {
    switch self {
    case .place(_, let order): (order.size, order.price)
    case .take(_, _, let size, let limit): (size, limit)
    default: nil
    }
  }
}
