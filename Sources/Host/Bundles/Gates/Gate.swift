package import PluginAPI

/// One named reason to refuse a bundle: a pure function of what was read.
package struct Gate: Sendable {
  package let name: String
  /// Whether bundles that only cancel are let through unseen.
  package let sparesCancels: Bool
  package let check: @Sendable (GateContext) -> Refusal?

  init(
    _ name: String, sparesCancels: Bool = true,
    _ check: @escaping @Sendable (GateContext) -> Refusal?
  ) {
    self.name = name
    self.sparesCancels = sparesCancels
    self.check = check
  }

  /// All gates, in the order in which they are asked; the first refusal counts.
  package static let all: [Gate] = [
    Gate("trading state", tradingState),
    Gate("well formed", sparesCancels: false, wellFormed),
    Gate("capabilities", sparesCancels: false, capabilities),
    Gate("cluster", cluster),
    Gate("synthetic volume", syntheticVolume),
    Gate("configuration", configuration),
    Gate("breakers", breakers),
    Gate("unsettled accounts", unsettledAccounts),
    Gate("freshness", freshness),
    Gate("oracle", oracle),
    Gate("expiry", expiry),
    Gate("price band", priceBand),
    Gate("order size", orderSize),
    Gate("notional", notional),
    Gate("account room", accountRoom),
    Gate("balances", balances),
    Gate("gas floor", gasFloor),
    Gate("tips", tips),
    Gate("fees", fees),
    Gate("rate", rate),
    Gate("backlog", sparesCancels: false, backlog),
    Gate("self-trade", selfTrade),
    Gate("crossing", crossing),
    Gate("sizes", sparesCancels: false, sizes),
  ]

  /// The first refusal of any gate.
  package static func refusal(_ context: GateContext) -> Refusal? {
    let isCancel = context.bundle.isCancelOnly
    for gate in all where !(isCancel && gate.sparesCancels) {
      if let refusal = gate.check(context) { return refusal }
    }
    return nil
  }
}
