import PluginAPI

extension Gate {
  /// Kill switch and trading mode; an unreadable kill switch counts as set.
  static func tradingState(_ context: GateContext) -> Refusal? {
    switch context.killFlag {
    case .set: return Refusal(.tradingHalted, "the kill switch is set; only cancels pass")
    case .unreadable(let why):
      return Refusal(
        .killFlagUnreadable, "the kill switch cannot be read, only cancels pass: \(why)")
    case .clear: break
    }
    let reason = context.trading.reason
    switch context.trading.mode {
    case .active: return nil
    case .halted: return Refusal(.tradingHalted, "trading is halted, only cancels pass: \(reason)")
    case .reducing:
      guard let index = context.bundle.intents.firstIndex(where: { !$0.isReducing }) else {
        return nil
      }
      return Refusal(
        .reducingOnly, "only cancels, settling and closing pass: \(reason)", intent: index)
    }
  }

  /// Every intent needs a capability that the job has.
  static func capabilities(_ context: GateContext) -> Refusal? {
    for (index, intent) in context.bundle.intents.enumerated() {
      guard let needed = intent.capability else {
        return Refusal(.malformed, "this host does not know the intent", intent: index)
      }
      if !context.submitter.capabilities.contains(needed) {
        return Refusal(
          .capabilityMissing, "\(context.submitter.job) lacks the capability \(needed.rawValue)",
          intent: index)
      }
    }
    return nil
  }

  /// The venue must say what it is, and be what was configured.
  static func cluster(_ context: GateContext) -> Refusal? {
    guard let identity = context.identity, !identity.cluster.isEmpty else {
      return Refusal(.clusterNotAllowed, "the venue does not tell which cluster it is")
    }
    guard let expected = context.limits.cluster, expected != identity.cluster else { return nil }
    return Refusal(
      .clusterNotAllowed, "the venue is on cluster \(identity.cluster), configured is \(expected)")
  }

  /// Jobs that make synthetic volume do nothing where it is not allowed.
  static func syntheticVolume(_ context: GateContext) -> Refusal? {
    guard context.submitter.capabilities.contains(.syntheticVolume),
      !context.mayMakeSyntheticVolume
    else { return nil }
    let cluster = context.identity?.cluster ?? "unknown"
    return Refusal(
      .syntheticNotAllowed,
      "trading between own wallets is allowed on the built-in exchange and on test clusters only, "
        + "not on \(cluster)")
  }

  /// Nothing new where the fate of earlier work is unknown.
  static func unsettledAccounts(_ context: GateContext) -> Refusal? {
    let keys = WorkKey.keys(of: context.bundle.intents).intersection(context.unsettled)
    guard let key = keys.min(by: { $0.description < $1.description }) else { return nil }
    return Refusal(.accountBusy, "the fate of an earlier bundle on \(key) is not known yet")
  }

  /// Orders need a fresh book, swaps a fresh price.
  static func freshness(_ context: GateContext) -> Refusal? {
    let intents = context.bundle.intents
    if let index = intents.firstIndex(where: \.isPriced) {
      let age = context.now - context.state.time
      guard age <= context.limits.maxBookAge else {
        return Refusal(
          .staleBook, "the book is \(age) old, at most \(context.limits.maxBookAge) is allowed",
          intent: index)
      }
    }
    guard let index = intents.firstIndex(where: { $0.capability == .swap }) else { return nil }
    guard let oracle = context.state.oracle else {
      return Refusal(.staleOracle, "there is no price of SOL", intent: index)
    }
    let age = context.now - oracle.time
    guard age > context.limits.maxOracleAge else { return nil }
    return Refusal(
      .staleOracle,
      "the price of SOL is \(age) old, at most \(context.limits.maxOracleAge) is allowed",
      intent: index)
  }
}
