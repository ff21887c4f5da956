import PluginAPI

extension Gate {
  private static let longestLabel = 200

  /// The bundle says something that can be done: not empty, nothing unknown, no contradiction.
  static func wellFormed(_ context: GateContext) -> Refusal? {
    let bundle = context.bundle
    if bundle.intents.isEmpty { return Refusal(.malformed, "the bundle is empty") }
    if bundle.intents.count > context.limits.maxIntents {
      return Refusal(
        .malformed,
        "\(bundle.intents.count) intents, at most \(context.limits.maxIntents) are allowed")
    }
    if bundle.label.utf8.count > longestLabel {
      return Refusal(.malformed, "the label is longer than \(longestLabel) bytes")
    }
    if bundle.tip < 0 { return Refusal(.malformed, "the tip is negative") }
    return firstProblem(context)
  }

  private static func firstProblem(_ context: GateContext) -> Refusal? {
    var form = FormCheck(context.state)
    for (index, intent) in context.bundle.intents.enumerated() {
      if let problem = form.problem(intent) {
        return Refusal(.malformed, problem, intent: index)
      }
    }
    return nil
  }
}

/// Looks at one intent after the other and remembers what must not come twice.
private struct FormCheck {
  private let lots: MarketLots
  private let wallets: Set<WalletID>
  private let accounts: Set<AccountID>
  /// Accounts that hold no orders: they can be closed and nothing else.
  private let others: Set<AccountID>
  private var closed: Set<AccountID> = []
  private var once: Set<String> = []

  init(_ state: VenueState) {
    lots = state.lots
    wallets = Set(state.swarm.wallets.map(\.id))
    accounts = Set(state.swarm.wallets.flatMap(\.accounts).map(\.id))
    others = Set(state.swarm.wallets.flatMap(\.others).map(\.id))
  }

  mutating func problem(_ intent: Intent) -> String? {
    if let wallet = intent.wallets.first(where: { !wallets.contains($0) }) {
      return "there is no wallet \(wallet)"
    }
    if let account = intent.account, !isKnown(account, intent) {
      return "there is no account \(account)"
    }
    if let account = intent.account, closed.contains(account) {
      return "account \(account) is closed earlier in the bundle"
    }
    return repetition(intent) ?? nonsense(intent)
  }

  private func isKnown(_ account: AccountID, _ intent: Intent) -> Bool {
    if case .closeAccount = intent, others.contains(account) { return true }
    return accounts.contains(account)
  }

  private mutating func repetition(_ intent: Intent) -> String? {
    switch intent {
    case .cancel(let account, let order): return second("cancel of order \(order) of \(account)")
    case .place(let account, let order):
      return second("\(order.side.rawValue) at \(order.price) on account \(account)")
    case .closeAccount(let account):
      closed.insert(account)
      return nil
    default: return nil
    }
  }

  private mutating func second(_ what: String) -> String? {
    once.insert(what).inserted ? nil : "second \(what) in one bundle"
  }

  private func nonsense(_ intent: Intent) -> String? {
    switch intent {
    case .place(_, let order): return nonsense(order.size, order.price)
    case .take(_, _, let size, let limit): return nonsense(size, limit)
    case .transfer(let from, let to, let amount):
      if from == to { return "the transfer goes from \(from) to itself" }
      return amount > .zero ? nil : "the amount must be positive, found \(amount)"
    case .swap(_, .buySOL(let usdc, let minimum)):
      return usdc > 0 && minimum > .zero ? nil : "a swap needs an amount and a minimum above zero"
    case .swap(_, .sellSOL(let sol, let minimum)):
      return sol > .zero && minimum > 0 ? nil : "a swap needs an amount and a minimum above zero"
    case .createMarket(_, let market): return market.fault
    default: return nil
    }
  }

  private func nonsense(_ size: BaseLots, _ price: PriceLots) -> String? {
    guard price > .zero else { return "the price must be positive, found \(price)" }
    guard size > .zero else { return "the size must be positive, found \(size)" }
    guard (try? lots.cost(of: size, at: price)) != nil, (try? lots.amount(of: size)) != nil else {
      return "size \(size) at price \(price) does not fit in 64 bits"
    }
    return nil
  }
}

extension NewMarket {
  /// What the program would refuse; `nil` when it would create the market.
  package var fault: String? {
    guard (1...Self.longestName).contains(name.utf8.count) else {
      return "a market's name has 1 to \(Self.longestName) bytes, not \(name.utf8.count)"
    }
    guard lots.baseLot > .zero, lots.quoteLot > .zero, lots.minimumSize > .zero else {
      return "lots and minimum size must be positive"
    }
    guard (0...1_000_000).contains(takerFee), (-takerFee...1_000_000).contains(makerFee) else {
      return "fees are 0 to 1000000 millionths, and a rebate is covered by the taker's fee"
    }
    return nil
  }
}
