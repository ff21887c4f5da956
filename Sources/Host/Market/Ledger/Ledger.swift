package import PluginAPI

/// The books: what each wallet holds, what it had cost, what was gained, and where costs went.
///
/// Double entry: every line of a wallet has its opposite in the account of its kind, so that for
/// each asset all accounts together are zero. SOL and rent are worth their lamports; tokens and
/// dollars are positions with a cost in lamports. Exactly, after every entry and for both methods:
///
///     SOL + rent + costs of the positions = realised − costs + external + suspense
///
/// and with Δunrealised = value of the positions − their cost, this is the identity
/// Δequity = realised + Δunrealised − costs + external transfers. Divisions happen only inside a
/// position, where what is rounded off stays with the part that is not sold yet.
///
/// An entry costs O(1) amortised; memory depends on wallets and on `LotQueue.limit` alone.
package struct Ledger: Sendable, Equatable {
  /// By wallet.
  package private(set) var balances: [WalletID: AssetAmounts] = [:]
  /// The other side of all lines, by kind.
  package private(set) var accounts: [LedgerKind: AssetAmounts] = [:]
  /// What all wallets hold together.
  package private(set) var totals = AssetAmounts()
  package private(set) var token = Position()
  package private(set) var usdc = Position()
  package private(set) var realised = ByMethod()
  /// What came from outside, at its value then, in lamports.
  package private(set) var external: Int128 = 0
  /// What nothing explains, at its value then, in lamports.
  package private(set) var suspense: Int128 = 0
  /// Token atoms that own orders bought from others, and sold to them.
  package private(set) var bought: Int128 = 0
  package private(set) var sold: Int128 = 0
  /// Wallets whose holdings at the beginning are booked.
  package private(set) var opened: Set<WalletID> = []
  /// Entries booked so far.
  package private(set) var count: Int64 = 0

  package init() {}

  /// Books an entry and returns its lines and what it gained; `nil` for one that moves nothing.
  @discardableResult package mutating func post(_ entry: Booking) -> Posted? {
    let lines = entry.action.lines
    guard !lines.isEmpty else { return nil }
    count += 1
    for line in lines { book(line) }
    let gain = account(for: entry.action)
    realised = realised + gain
    return Posted(lines: lines, gain: gain)
  }

  /// What an entry did.
  package struct Posted: Sendable, Hashable {
    package var lines: [LedgerLine]
    package var gain: ByMethod
  }

  /// Lamports paid as costs of all kinds, less rebates.
  package var costs: Int128 {
    LedgerKind.allCases.reduce(0) { $1.isCost ? $0 + (accounts[$1]?.sol ?? 0) : $0 }
  }

  /// Lamports paid as one kind of cost, negative for rebates.
  package func cost(_ kind: LedgerKind) -> Int128 { accounts[kind]?.sol ?? 0 }

  /// What the first identity is off by, for both methods: zero, or the books are wrong.
  package var discrepancy: ByMethod {
    let sources = ByMethod(fifo: external + suspense - costs, average: external + suspense - costs)
    let held = ByMethod(fifo: totals.sol + totals.rent, average: totals.sol + totals.rent)
    return held + token.cost + usdc.cost - (realised + sources)
  }

  private mutating func book(_ line: LedgerLine) {
    let amount = Int128(line.amount)
    balances[line.wallet, default: AssetAmounts()][line.asset] += amount
    accounts[line.kind, default: AssetAmounts()][line.asset] -= amount
    totals[line.asset] += amount
  }

  /// What an action does to positions and sums.
  private mutating func account(for action: LedgerAction) -> ByMethod {
    switch action {
    case .trade(let trade): return account(for: trade)
    case .synthetic, .cost, .rent, .transfer: return ByMethod()
    case .swap(_, let given, let gave, let gained, let got, let value):
      let worth = given == .sol ? gave : gained == .sol ? got : value
      return change(given, by: -Int128(gave), for: -Int128(worth))
        + change(gained, by: Int128(got), for: Int128(worth))
    case .external(let wallet, let asset, let amount, let value):
      opened.insert(wallet)
      external += worth(asset, amount, value)
      return change(asset, by: Int128(amount), for: worth(asset, amount, value))
    case .suspense(_, let asset, let amount, let value):
      suspense += worth(asset, amount, value)
      return change(asset, by: Int128(amount), for: worth(asset, amount, value))
    }
  }

  private mutating func account(for trade: LedgerTrade) -> ByMethod {
    let (token, sol) = (Int128(trade.token), Int128(trade.sol))
    if trade.side == .bid { bought += token } else { sold += token }
    return trade.side == .bid
      ? change(.token, by: token, for: sol) : change(.token, by: -token, for: -sol)
  }

  private mutating func change(_ asset: LedgerAsset, by amount: Int128, for value: Int128)
    -> ByMethod
  {
    switch asset {
    case .sol, .rent: ByMethod()
    case .token: token.change(by: amount, for: value)
    case .usdc: usdc.change(by: amount, for: value)
    }
  }

  /// SOL and rent are worth their lamports, whatever anybody says.
  private func worth(_ asset: LedgerAsset, _ amount: Int64, _ value: Int64) -> Int128 {
    asset == .sol || asset == .rent ? Int128(amount) : Int128(value)
  }
}

extension Ledger: Codable {
  /// The ledger with texts as keys, so that the same books have the same bytes.
  private struct Stored: Codable {
    var balances: [String: AssetAmounts]
    var accounts: [String: AssetAmounts]
    var totals: AssetAmounts
    var token: Position
    var usdc: Position
    var realised: ByMethod
    var sums: [Exact]
    var opened: [WalletID]
    var count: Int64
  }

  package init(from decoder: any Decoder) throws {
    let stored = try Stored(from: decoder)
    guard stored.sums.count == 4 else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "expected four sums"))
    }
    balances = .init(uniqueKeysWithValues: stored.balances.map { (WalletID($0.key), $0.value) })
    for (kind, amounts) in stored.accounts {
      if let kind = LedgerKind(rawValue: kind) { accounts[kind] = amounts }
    }
    (totals, token, usdc) = (stored.totals, stored.token, stored.usdc)
    (realised, count) = (stored.realised, stored.count)
    opened = Set(stored.opened)
    (external, suspense) = (stored.sums[0].value, stored.sums[1].value)
    (bought, sold) = (stored.sums[2].value, stored.sums[3].value)
  }

  package func encode(to encoder: any Encoder) throws {
    try Stored(
      balances: .init(uniqueKeysWithValues: balances.map { ($0.key.description, $0.value) }),
      accounts: .init(uniqueKeysWithValues: accounts.map { ($0.key.rawValue, $0.value) }),
      totals: totals, token: token, usdc: usdc, realised: realised,
      sums: [external, suspense, bought, sold].map { Exact($0) }, opened: opened.sorted(),
      count: count
    ).encode(to: encoder)
  }
}
