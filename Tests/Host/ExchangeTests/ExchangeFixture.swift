import Bundles
import Isolation
import PluginAPI

@testable import Exchange

/// An exchange with nobody outside, where one price lot is one lamport a token atom.
struct ExchangeFixture {
  static let start = Timestamp(seconds: 1_750_000_000)
  static let fee: Int64 = 5_000
  /// (128 + 1,264) bytes at 5,080 lamports.
  static let rent: Int64 = 7_071_360

  var core: ExchangeCore
  private var bundles = 0

  init(
    wallets: Int = 2, accounts: Int = 2, outside: Bool = false, seed: UInt64 = 7,
    replay: ExchangeReplay? = nil, _ change: (inout ExchangeSettings) -> Void = { _ in }
  ) {
    var settings = ExchangeSettings()
    settings.seed = seed
    settings.wallets = ExchangeSettings.wallets(
      wallets, sol: 100, token: TokenAmount(10_000_000_000_000), usdc: 5_000)
    for index in settings.wallets.indices { settings.wallets[index].accounts = accounts }
    settings.lots.quoteLot = Lamports(1)
    if !outside {
      settings.outside.levels = 0
      settings.outside.tradesPerMinute = 0
      settings.outside.cranksPerMinute = 0
      settings.outside.joinsPerMinute = 0
      settings.outside.volatility = 0
    }
    change(&settings)
    core = ExchangeCore(settings, start: Self.start, replay: replay)
  }

  /// A bundle with a transaction for each list of intents, the tip in the last.
  mutating func plan(_ parts: [[Intent]], tip: Int64 = 0, payer: WalletID = "wallet-1")
    -> BundlePlan
  {
    bundles += 1
    var transactions: [PlannedTransaction] = []
    for intents in parts {
      transactions.append(
        PlannedTransaction(
          intents: intents, firstIntent: transactions.reduce(0) { $0 + $1.intents.count },
          payer: payer, bytes: 1_000, computeUnits: 100_000))
    }
    transactions[parts.count - 1].tip = tip == 0 ? nil : Lamports(tip)
    return BundlePlan(id: BundleID("b\(bundles)"), transactions: transactions)
  }

  mutating func sign(_ plan: BundlePlan, attempt: Int = 1) throws -> SignedBundle {
    try core.sign(plan, attempt: attempt, with: try core.latestBlockhash())
  }

  /// Lands a bundle of one transaction in the next slot.
  mutating func land(_ intents: Intent..., tip: Int64 = 0, payer: WalletID = "wallet-1")
    -> Landing
  {
    let plan = plan([intents], tip: tip, payer: payer)
    guard let signed = try? sign(plan), case .accepted = core.send(signed) else { return Landing() }
    core.advance(to: core.nextSlot)
    return landing(signed, plan)
  }

  /// What the node says of a bundle.
  mutating func landing(_ bundle: SignedBundle, _ plan: BundlePlan) -> Landing {
    var landing = Landing()
    guard let report = try? core.status(of: bundle.transactions.map(\.signature)),
      let effects = try? core.effects(of: bundle, plan: plan)
    else { return landing }
    landing.statuses = report.statuses
    landing.results = effects.results.compactMap(\.self)
    landing.moves = effects.moves
    return landing
  }

  /// Book and wallets.
  var truth: VenueState { core.read() }

  func wallet(_ number: Int) -> Wallet { truth.swarm.wallets[number - 1] }

  func account(_ id: AccountID) -> OpenOrdersAccount? {
    truth.swarm.wallets.flatMap(\.accounts).first { $0.id == id }
  }
}

/// What became of a bundle.
struct Landing {
  var statuses: [TransactionStatus?] = []
  var results: [IntentResult] = []
  var moves: [MoneyMove] = []

  var hasLanded: Bool { !statuses.isEmpty && statuses.allSatisfy { $0 != nil && $0?.error == nil } }
  var reason: String? { statuses.compactMap { $0?.error }.first }

  func moved(_ kind: MoneyMove.Kind, _ asset: MoneyMove.Asset = .sol) -> Int64 {
    moves.filter { $0.kind == kind && $0.asset == asset }.reduce(0) { $0 + $1.amount }
  }
}

/// A post-only order on an account.
func place(
  _ account: AccountID, _ side: Side, _ price: Int64, _ size: Int64, expires: Timestamp? = nil
) -> Intent {
  .place(
    account: account,
    NewOrder(side: side, price: PriceLots(price), size: BaseLots(size), expires: expires))
}

/// A taking order on an account.
func take(_ account: AccountID, _ side: Side, _ limit: Int64, _ size: Int64) -> Intent {
  .take(account: account, side: side, size: BaseLots(size), limit: PriceLots(limit))
}
