import PluginAPI

/// Which accounts are closed.
struct Choice: Sendable {
  let settings: RentRecovery
  let now: Timestamp
  let swarm: Swarm
  let reclaimable: [ReclaimableAccount]
  /// The accounts the grid says it uses; `nil` when it has not said so since the host started.
  let grid: [AccountID]?
  /// Fills that the market has not processed; `nil` when it cannot be read.
  let pendingEvents: Int?

  /// How many accounts were looked at.
  var seen: Int { Set(reclaimable.map(\.id)).union(idleHeld.map(\.account.id)).count }

  /// The closings, those of the longest unused accounts first.
  func closings() -> [Closing] {
    var left = settings.maxAccounts
    var closings: [Closing] = []
    for candidate in (orderAccounts + otherAccounts).sorted(by: { $0.age < $1.age }) {
      guard left > 0 else { break }
      closings.append(candidate.closing(upTo: left))
      left -= closings.last?.accounts.count ?? 0
    }
    return closings
  }

  // MARK: Open-orders accounts

  private var orderAccounts: [Candidate] {
    let held = idleHeld.map { wallet, account in
      let flags = reclaimable.first { $0.id == account.id }
      return Candidate(
        account: account, flags: flags, of: wallet, tip: settings.tip,
        pendingEvents: pendingEvents)
    }
    return held.filter { $0.rent > settings.tip.lamports }
  }

  /// Those of a market that was replaced, and those of the present one that nobody used for long.
  private var idleHeld: [(wallet: Wallet, account: OpenOrdersAccount)] {
    swarm.wallets.flatMap { wallet in
      wallet.accounts.filter { isReplaced($0) || isIdle($0) }.map { (wallet, $0) }
    }
  }

  private func isReplaced(_ account: OpenOrdersAccount) -> Bool {
    !swarm.market.isEmpty && !account.market.isEmpty && account.market != swarm.market
  }

  /// An account with orders counts only once the grid has said which are its own.
  private func isIdle(_ account: OpenOrdersAccount) -> Bool {
    guard now - account.lastUsed >= settings.idleFor else { return false }
    guard let grid else { return account.orders.isEmpty }
    return !grid.contains(account.id)
  }

  // MARK: Others

  /// Empty token accounts and order lists that the venue says nothing needs, one candidate a wallet.
  private var otherAccounts: [Candidate] {
    guard settings.otherAccounts else { return [] }
    return swarm.wallets.compactMap { wallet in
      let empty = wallet.others.filter { $0.content == 0 }
      let idle = reclaimable.filter { account in
        account.wallet == wallet.id && now - account.lastUsed >= settings.idleFor
          && empty.contains { $0.id == account.id }
      }
      let candidate = Candidate(others: idle, of: wallet, tip: settings.tip)
      return idle.isEmpty || candidate.rent <= settings.tip.lamports ? nil : candidate
    }
  }
}

/// Accounts of one wallet that one bundle closes.
struct Candidate: Sendable {
  /// Since when it is unused; equal times go by name.
  var age: Age
  var rent: Lamports
  private var parts: [(id: AccountID, rent: Lamports)]
  private var steps: Steps

  struct Age: Comparable {
    var since: Timestamp
    var name: AccountID
    static func < (left: Self, right: Self) -> Bool {
      (left.since, left.name) < (right.since, right.name)
    }
  }

  init(
    account: OpenOrdersAccount, flags: ReclaimableAccount?, of wallet: Wallet, tip: SOL,
    pendingEvents: Int?
  ) {
    age = Age(since: account.lastUsed, name: account.id)
    rent = account.rent
    parts = [(account.id, account.rent)]
    steps = Steps(
      emptying: account, flags: flags, pendingEvents: pendingEvents, tip: wallet.affordable(tip))
  }

  init(others: [ReclaimableAccount], of wallet: Wallet, tip: SOL) {
    age = Age(
      since: others.map(\.lastUsed).min() ?? Timestamp(nanoseconds: 0), name: others.first?.id ?? ""
    )
    parts = others.map { ($0.id, $0.rent) }
    rent = Lamports(Int64(clamping: parts.reduce(Int128(0)) { $0 + Int128($1.rent.count) }))
    steps = Steps(tip: wallet.affordable(tip))
  }

  func closing(upTo limit: Int) -> Closing {
    let chosen = parts.prefix(limit)
    let rent = chosen.reduce(Int128(0)) { $0 + Int128($1.rent.count) }
    return Closing(
      accounts: chosen.map(\.id), rent: Lamports(Int64(clamping: rent)), steps: steps)
  }
}

extension Wallet {
  /// What a wallet keeps for the fee, and to exist.
  private static let keep: SOL = 0.002

  /// The tip, or none when the wallet could not pay it: an empty wallet gets its rent back as well.
  fileprivate func affordable(_ tip: SOL) -> SOL {
    Int128(sol.count) >= Int128(tip.count) + Int128(Self.keep.count) ? tip : 0
  }
}
