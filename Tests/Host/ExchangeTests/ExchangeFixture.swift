import Bundles
import Isolation
import PluginAPI

@testable import Exchange

/// An exchange with nobody outside, where one price lot is one lamport a token atom.
struct ExchangeFixture {
  static let start = Timestamp(seconds: 1_750_000_000)
  static let fee: Int64 = 5_000
  static let rent: Int64 = 9_688_320

  var core: ExchangeCore
  private var bundles = 0

  init(
    wallets: Int = 2, accounts: Int = 2, outside: Bool = false, seed: UInt64 = 7,
    replay: ReplayPath? = nil
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
    }
    core = ExchangeCore(settings, start: Self.start, replay: replay)
  }

  /// Lands a bundle of `wallet-1` in the next slot.
  mutating func land(_ intents: Intent..., tip: Int64 = 0, payer: WalletID = "wallet-1")
    -> BundleOutcome
  {
    bundles += 1
    let bundle = AcceptedBundle(
      id: BundleID("b\(bundles)"), intents: intents, tip: Lamports(tip), priority: .normal,
      payer: payer)
    core.submit(bundle)
    return core.advance(to: core.nextSlot).first?.outcome ?? .unknown
  }

  func wallet(_ number: Int) -> Wallet { core.read().swarm.wallets[number - 1] }

  func account(_ id: AccountID) -> OpenOrdersAccount? {
    core.read().swarm.wallets.flatMap(\.accounts).first { $0.id == id }
  }
}

extension BundleOutcome {
  var results: [IntentResult] {
    if case .landed(_, let results) = self { results } else { [] }
  }

  var reason: String? {
    if case .reverted(let reason) = self { reason } else { nil }
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
