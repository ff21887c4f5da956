package import PluginAPI

/// Where bundles are executed. Owned by the bundle service, implemented by each venue.
package protocol Venue: Sendable {
  /// What the venue is, asked anew each time.
  ///
  /// - Throws: Any error when the venue cannot tell; the service then refuses.
  var identity: VenueIdentity { get async throws }

  /// The name of the chain's first block. Another one is another chain: nothing that was sent to the
  /// old one can happen any more.
  ///
  /// - Throws: Any error when the venue cannot tell.
  var genesis: String { get async throws }

  /// Book, wallets and accounts, all at one moment.
  ///
  /// - Throws: Any error when the venue cannot be read.
  func read() async throws -> VenueState

  // MARK: Submission

  /// A blockhash to sign with, not older than two seconds.
  func latestBlockhash() async throws(VenueFailure) -> Blockhash

  /// Compiles a plan into transactions and signs them. Sends nothing, and changes nothing.
  ///
  /// - Throws: `VenueFailure` when a key is missing or a transaction does not compile.
  func sign(_ plan: BundlePlan, attempt: Int, with blockhash: Blockhash)
    async throws(VenueFailure) -> SignedBundle

  /// Hands a bundle to the block engine. The same bundle may be sent again at will.
  func send(_ bundle: SignedBundle) async -> SendAnswer

  /// Where transactions stand, with the whole history searched.
  ///
  /// - Throws: `VenueFailure` when the node cannot be asked.
  func status(of signatures: [Signature]) async throws(VenueFailure) -> StatusReport

  /// What the transactions of a bundle did, from return data and accounts: landed is not placed.
  ///
  /// - Throws: `VenueFailure` when they cannot be read.
  func effects(of bundle: SignedBundle, plan: BundlePlan)
    async throws(VenueFailure) -> BundleEffects

  /// What `request` would give now.
  ///
  /// - Throws: `ServiceError` when there is no price.
  func quote(_ request: SwapRequest) async throws -> SwapQuote

  /// Idle accounts of one's own wallets that hold rent.
  ///
  /// - Throws: Any error when the venue cannot be read.
  func reclaimable() async throws -> [ReclaimableAccount]
}

/// A bundle that passed every gate and is stored.
package struct AcceptedBundle: Sendable, Hashable, Codable {
  package var id: BundleID
  package var intents: [Intent]
  package var tip: Lamports
  package var priority: Bundle.Priority
  /// The wallet that pays fee and tip.
  package var payer: WalletID

  package init(
    id: BundleID, intents: [Intent], tip: Lamports, priority: Bundle.Priority, payer: WalletID
  ) {
    self.id = id
    self.intents = intents
    self.tip = tip
    self.priority = priority
    self.payer = payer
  }
}

/// What things cost at a venue.
package struct VenueCosts: Sendable, Hashable, Codable {
  /// What each bundle costs besides its tip.
  package var fee: Lamports
  /// The rent that a new open-orders account locks.
  package var openOrdersRent: Lamports
  /// The rent that the accounts of a new market lock: book sides, event heap, market and vaults.
  package var marketRent = Lamports(1_910_000_000)
  /// What a maker pays, in millionths of the quote amount; negative for a rebate.
  package var makerFee: Int64 = 0
  /// What a wallet must keep in order to exist.
  package var walletMinimum: Lamports
  /// What a taker pays, in millionths of the quote amount, rounded up.
  package var takerFee: Int64

  package init(
    fee: Lamports = Lamports(5_000), openOrdersRent: Lamports = Lamports(9_688_320),
    walletMinimum: Lamports = Lamports(890_880), takerFee: Int64 = 400
  ) {
    self.fee = fee
    self.openOrdersRent = openOrdersRent
    self.walletMinimum = walletMinimum
    self.takerFee = takerFee
  }
}

/// A venue as read at one moment.
package struct VenueState: Sendable, Hashable, Codable {
  package var slot: UInt64
  /// When the book was valid.
  package var time: Timestamp
  package var lots: MarketLots
  /// Bids, best first, own orders included and counted.
  package var bids: [BookLevel]
  /// Asks, best first, own orders included and counted.
  package var asks: [BookLevel]
  /// One's own wallets with their accounts and orders.
  package var swarm: Swarm
  /// The price of SOL, once there is one.
  package var oracle: OraclePrice?
  package var costs: VenueCosts
  /// The market's own name; another one after a market was replaced.
  package var market = ""
  /// The height of the newest block.
  package var blockHeight: UInt64 = 0
  /// Fills that the market has not processed yet, and how many it can hold.
  package var pendingEvents = 0
  package var eventCapacity = 600
  /// What others tip; `nil` when nobody tells.
  package var tips: TipStatistics?
  package var lookup = LookupCoverage()
  /// The next slot whose leader takes bundles; `nil` when the node does not tell.
  package var nextLeaderSlot: UInt64?

  package init(
    slot: UInt64, time: Timestamp, lots: MarketLots, bids: [BookLevel] = [],
    asks: [BookLevel] = [], swarm: Swarm, oracle: OraclePrice? = nil, costs: VenueCosts
  ) {
    self.slot = slot
    self.time = time
    self.lots = lots
    self.bids = bids
    self.asks = asks
    self.swarm = swarm
    self.oracle = oracle
    self.costs = costs
  }

  /// The middle between best bid and best ask; `nil` when a side is empty.
  package var mid: PriceLots? {
    guard let bid = bids.first, let ask = asks.first else { return nil }
    return PriceLots(bid.price.count + (ask.price.count - bid.price.count) / 2)
  }
}
