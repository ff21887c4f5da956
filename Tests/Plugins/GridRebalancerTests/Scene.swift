import PluginAPI

@testable import GridRebalancer

/// A market in which 1,000 base lots cost 10 SOL at a price of 10,000.
enum Scene {
  static let start = Timestamp(seconds: 1_750_000_000)
  static let lots = MarketLots(
    baseLot: TokenAmount(1_000_000), quoteLot: Lamports(1000), tokenDecimals: 9,
    minimumSize: BaseLots(1))

  static func market(
    bids: [BookLevel] = [level(9990)], asks: [BookLevel] = [level(10_010)], pivot: Int64? = 10_000,
    trades: [Trade] = [], minimum: Int64 = 1
  ) -> MarketSnapshot {
    var lots = lots
    lots.minimumSize = BaseLots(minimum)
    return MarketSnapshot(
      slot: 1, time: start, lots: lots, bids: bids, asks: asks, trades: trades,
      pivot: pivot.map(PriceLots.init), oracle: nil,
      venue: VenueIdentity(kind: "simulator", cluster: "test", allowsSyntheticVolume: true))
  }

  /// A market whose middle is `mid`.
  static func market(mid: Int64, pivot: Int64? = 10_000) -> MarketSnapshot {
    market(bids: [level(mid - 10)], asks: [level(mid + 10)], pivot: pivot)
  }

  static func level(_ price: Int64, size: Int64 = 10, own: Int64 = 0) -> BookLevel {
    BookLevel(price: PriceLots(price), size: BaseLots(size), own: BaseLots(own))
  }

  static func trade(_ price: Int64, size: Int64 = 1, synthetic: Bool = false) -> Trade {
    Trade(
      id: "t", time: start, price: PriceLots(price), size: BaseLots(size), takerSide: .bid,
      isSynthetic: synthetic)
  }

  /// A wallet with 100 SOL, 10,000 lots' worth of tokens, and `accounts` empty accounts.
  static func wallet(
    _ name: String, sol: SOL = 100, lots: Int64 = 10_000, accounts: Int = 2
  ) -> Wallet {
    Wallet(
      id: WalletID(name), publicKey: name, sol: sol.lamports, token: TokenAmount(lots * 1_000_000),
      usdc: 0,
      accounts: (0..<accounts).map {
        OpenOrdersAccount(
          id: AccountID("\(name)/\($0)"), rent: Lamports(7_000_000), lastUsed: start)
      })
  }

  static func swarm(_ count: Int, sol: SOL = 100, lots: Int64 = 10_000) -> Swarm {
    Swarm(wallets: (0..<count).map { wallet("w\($0)", sol: sol, lots: lots) })
  }

  /// The order that stands at `price` in `account`.
  static func order(
    _ side: Side, _ price: Int64, size: Int64 = 100, expires: Int64? = 600
  ) -> OpenOrder {
    OpenOrder(
      id: OrderID("\(side.rawValue)-\(price)"), side: side, price: PriceLots(price),
      size: BaseLots(size), placed: start, expires: expires.map { start + .seconds($0) })
  }

  /// The swarm after `bundles` have happened, funds left as they were.
  static func apply(_ bundles: [Bundle], to swarm: Swarm, at time: Timestamp = start) -> Swarm {
    var swarm = swarm
    for (number, intent) in bundles.flatMap(\.intents).enumerated() {
      change(&swarm, account: intent.account) { orders in
        switch intent {
        case .cancel(_, let id): orders.removeAll { $0.id == id }
        case .cancelAll: orders = []
        case .place(_, let order): orders.append(stood(order, "\(time.seconds)-\(number)", time))
        default: break
        }
      }
    }
    return swarm
  }

  private static func stood(_ order: NewOrder, _ id: String, _ time: Timestamp) -> OpenOrder {
    OpenOrder(
      id: OrderID(id), side: order.side, price: order.price, size: order.size, placed: time,
      expires: order.expires)
  }

  private static func change(
    _ swarm: inout Swarm, account: AccountID?, _ body: (inout [OpenOrder]) -> Void
  ) {
    for wallet in swarm.wallets.indices {
      for index in swarm.wallets[wallet].accounts.indices
      where swarm.wallets[wallet].accounts[index].id == account {
        body(&swarm.wallets[wallet].accounts[index].orders)
      }
    }
  }
}

extension Intent {
  var account: AccountID? {
    switch self {
    case .cancel(let account, _), .cancelAll(let account), .place(let account, _),
      .settle(let account), .closeAccount(let account), .take(let account, _, _, _):
      account
    default: nil
    }
  }

  var order: NewOrder? {
    if case .place(_, let order) = self { order } else { nil }
  }

  /// A word for transcripts.
  var word: String {
    switch self {
    case .cancel: "cancel"
    case .cancelAll: "cancel all"
    case .place(_, let order): order.side.rawValue
    case .settle: "settle"
    case .consumeEvents: "consume"
    case .createOpenOrders: "create"
    default: "other"
    }
  }
}

extension Bundle {
  var orders: [NewOrder] { intents.compactMap(\.order) }
  var bids: [Int64] { orders.filter { $0.side == .bid }.map(\.price.count) }
  var asks: [Int64] { orders.filter { $0.side == .ask }.map(\.price.count) }
}

/// SplitMix64: the same numbers in every run.
struct Seeded: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
