package import PluginAPI

/// What was read for one bundle.
package struct GateReading: Sendable {
  package var state: VenueState
  /// `nil` when the venue could not tell.
  package var identity: VenueIdentity?
  package var killFlag: KillFlag
  package var pivot: PriceLots?
  /// The price of SOL by another source than the venue's.
  package var oracle: OraclePrice?

  package init(
    state: VenueState, identity: VenueIdentity?, killFlag: KillFlag = .clear,
    pivot: PriceLots? = nil, oracle: OraclePrice? = nil
  ) {
    self.state = state
    self.identity = identity
    self.killFlag = killFlag
    self.pivot = pivot
    self.oracle = oracle
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
  /// The price of SOL by another source than the venue's.
  package var secondOracle: OraclePrice?
  /// What stops trading by itself.
  package var breakers: [OpenBreaker] = []
  /// Tips of the last 24 hours.
  package var tipsSpent = Lamports.zero
  /// Network fees of the last 24 hours.
  package var feesSpent = Lamports.zero
  /// Bundles of the job in the last minute, those that only cancel aside.
  package var submissions = 0
  /// Bundles of the job that have not ended.
  package var unfinished = 0
  /// The walk through the bundle.
  package private(set) var walk: BundleWalk
  /// The bundle in transactions, or why it does not fit.
  package private(set) var plan: Result<BundlePlan, Refusal>

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
    secondOracle = reading.oracle
    self.now = now
    self.inFlight = inFlight
    let payer = state.payer(of: bundle.intents)
    plan = Self.plan(bundle, submitter.bundleID, payer: payer, on: state)
    walk = BundleWalk(
      bundle.intents, over: state, charges: Self.charges(plan, payer, bundle.tip, state.costs),
      pending: inFlight)
  }

  private static func plan(
    _ bundle: Bundle, _ id: BundleID, payer: WalletID?, on state: VenueState
  ) -> Result<BundlePlan, Refusal> {
    let accepted = AcceptedBundle(
      id: id, intents: bundle.intents, tip: bundle.tip.lamports, priority: bundle.priority,
      payer: payer ?? "")
    return Result { () throws(Refusal) in try Planner.plan(accepted, on: PlanningGround(state)) }
  }

  /// What the wallets pay for being heard.
  private static func charges(
    _ plan: Result<BundlePlan, Refusal>, _ payer: WalletID?, _ tip: SOL, _ costs: VenueCosts
  ) -> [WalletID: Lamports] {
    guard case .success(let plan) = plan else {
      return payer.map { [$0: Lamports(costs.fee.count + tip.count)] } ?? [:]
    }
    return plan.charges.reduce(into: [:]) { sums, charge in
      sums[charge.wallet] = Lamports((sums[charge.wallet]?.count ?? 0) + charge.amount.count)
    }
  }

  /// Whether the job may let own wallets trade with each other here.
  package var mayMakeSyntheticVolume: Bool {
    submitter.capabilities.contains(.syntheticVolume) && identity?.allowsSyntheticVolume == true
  }

  /// Whether own wallets may meet in this bundle and that is allowed.
  package var isSynthetic: Bool { mayMakeSyntheticVolume && walk.selfTrade != nil }
}
