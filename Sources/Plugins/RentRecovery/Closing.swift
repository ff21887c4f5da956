import PluginAPI

/// What empties an account before it can be closed.
struct Steps: Sendable, Hashable, Codable {
  /// Fills that one instruction processes (OpenBook V2 program).
  private static let consumedAtOnce = 8
  /// As many such instructions go into one bundle.
  private static let mostConsumes = 8

  /// Cancels of exactly the orders that were seen, then the processing of fills.
  var emptying: [Intent] = []
  /// Whether one bundle can process all fills that wait.
  var canFinish = true
  var settles: AccountID?
  var tip: SOL

  /// For accounts that hold nothing.
  init(tip: SOL) { self.tip = tip }

  /// For an open-orders account.
  ///
  /// Orders are cancelled one by one, never all: one that was placed since stays, the account is not
  /// empty, closing fails and undoes the whole bundle. It is always settled: whoever deposits
  /// something into it in the last moment does not keep it open.
  init(
    emptying account: OpenOrdersAccount, flags: ReclaimableAccount?, pendingEvents: Int?, tip: SOL
  ) {
    self.tip = tip
    settles = account.id
    emptying = account.orders.map { .cancel(account: account.id, order: $0.id) }
    let waits =
      !account.orders.isEmpty || account.pendingSlots > 0 || flags?.needsConsuming == true
    guard waits else { return }
    let events = max(1, account.pendingSlots, pendingEvents ?? 0)
    let instructions = (events + Self.consumedAtOnce - 1) / Self.consumedAtOnce
    canFinish = instructions <= Self.mostConsumes
    emptying += Array(repeating: .consumeEvents, count: min(instructions, Self.mostConsumes))
  }
}

/// How accounts of one wallet are closed.
struct Closing: Sendable, Hashable, Codable {
  var accounts: [AccountID]
  var rent: Lamports
  var steps: Steps

  /// Why it exists, in a few words.
  var label: String {
    accounts.count == 1 ? "rent of \(accounts[0])" : "rent of \(accounts.count) accounts"
  }

  /// Everything at once: cancel, consume, settle, close.
  var whole: Bundle {
    let settle = steps.settles.map { [Intent.settle(account: $0)] } ?? []
    return Bundle(
      label, tip: steps.tip,
      intents: steps.emptying + settle + accounts.map { .closeAccount(account: $0) })
  }

  /// The first steps alone, for when everything does not fit: closing is left to a later run.
  /// Such a bundle only cancels, so it passes in every trading state.
  var firstSteps: Bundle? {
    guard !steps.emptying.isEmpty else { return nil }
    return Bundle(
      "emptying \(accounts.first?.description ?? "")", tip: steps.tip, intents: steps.emptying)
  }
}
