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
    Gate("unsettled accounts", unsettledAccounts),
    Gate("freshness", freshness),
    Gate("price band", priceBand),
    Gate("order size", orderSize),
    Gate("account room", accountRoom),
    Gate("balances", balances),
    Gate("tips", tips),
    Gate("rate", rate),
    Gate("backlog", sparesCancels: false, backlog),
    Gate("self-trade", selfTrade),
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

/// What was read for one bundle.
package struct GateReading: Sendable {
  package var state: VenueState
  /// `nil` when the venue could not tell.
  package var identity: VenueIdentity?
  package var killFlag: KillFlag
  package var pivot: PriceLots?

  package init(
    state: VenueState, identity: VenueIdentity?, killFlag: KillFlag = .clear,
    pivot: PriceLots? = nil
  ) {
    self.state = state
    self.identity = identity
    self.killFlag = killFlag
    self.pivot = pivot
  }
}

/// All that the gates look at, read at one moment.
package struct GateContext: Sendable {
  package var bundle: Bundle
  package var submitter: Submitter
  package var state: VenueState
  /// `nil` when the venue could not tell.
  package var identity: VenueIdentity?
  package var limits = BundleLimits()
  package var trading = TradingState.active
  package var killFlag: KillFlag
  package var pivot: PriceLots?
  package var now: Timestamp
  /// What other bundles could still do.
  package var inFlight = InFlight()
  /// Accounts and wallets of bundles whose fate nobody knows.
  package var unsettled: Set<WorkKey> = []
  /// Tips of the last 24 hours.
  package var tipsSpent = Lamports.zero
  /// Bundles of the job in the last minute, those that only cancel aside.
  package var submissions = 0
  /// Bundles of the job that have not ended.
  package var unfinished = 0
  /// The walk through the bundle.
  package private(set) var walk: BundleWalk

  package init(
    bundle: Bundle, submitter: Submitter, reading: GateReading, now: Timestamp,
    inFlight: InFlight = InFlight()
  ) {
    self.bundle = bundle
    self.submitter = submitter
    state = reading.state
    identity = reading.identity
    killFlag = reading.killFlag
    pivot = reading.pivot
    self.now = now
    self.inFlight = inFlight
    walk = BundleWalk(
      bundle.intents, over: state, payer: state.payer(of: bundle.intents),
      tip: bundle.tip.lamports, pending: inFlight)
  }

  /// Whether the job may let own wallets trade with each other here.
  package var mayMakeSyntheticVolume: Bool {
    submitter.capabilities.contains(.syntheticVolume) && identity?.allowsSyntheticVolume == true
  }

  /// Whether own wallets may meet in this bundle and that is allowed.
  package var isSynthetic: Bool { mayMakeSyntheticVolume && walk.selfTrade != nil }
}

/// Something that only one bundle at a time may work on.
package enum WorkKey: Sendable, Hashable, CustomStringConvertible {
  case account(AccountID)
  case wallet(WalletID)

  package var description: String {
    switch self {
    case .account(let id): "account \(id)"
    case .wallet(let id): "wallet \(id)"
    }
  }

  /// What the intents work on.
  package static func keys(of intents: [Intent]) -> Set<WorkKey> {
    var keys: Set<WorkKey> = []
    for intent in intents {
      if let account = intent.account { keys.insert(.account(account)) }
      for wallet in intent.wallets { keys.insert(.wallet(wallet)) }
    }
    return keys
  }
}

extension VenueState {
  /// The wallet that pays for a bundle: that of its first intent.
  package func payer(of intents: [Intent]) -> WalletID? {
    for intent in intents {
      if let wallet = intent.wallets.first { return wallet }
      if let account = intent.account { return owner(of: account)?.id }
    }
    return swarm.wallets.first?.id
  }

  /// The wallet that owns an account.
  package func owner(of account: AccountID) -> Wallet? {
    swarm.wallets.first { wallet in wallet.accounts.contains { $0.id == account } }
  }
}
