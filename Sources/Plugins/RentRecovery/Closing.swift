import PluginAPI

/// Which of the idle accounts are closed.
struct Choice: Sendable {
  let idleFor: Duration
  let limit: Int
  let tip: SOL
  let now: Timestamp
  /// The accounts the grid says it uses; `nil` when it has not said so since the host started.
  let grid: [AccountID]?

  /// The closings, the longest unused first.
  func closings(of idle: [ReclaimableAccount], in swarm: Swarm) -> [Closing] {
    let known = Dictionary(
      swarm.wallets.flatMap(\.accounts).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first }
    )
    let free = idle.filter { isFree($0, known[$0.id]) }
    return free.sorted { ($0.lastUsed, $0.id) < ($1.lastUsed, $1.id) }.prefix(limit)
      .map { Closing($0, holding: known[$0.id]) }
  }

  private func isFree(_ account: ReclaimableAccount, _ held: OpenOrdersAccount?) -> Bool {
    guard now - account.lastUsed >= idleFor, account.rent > tip.lamports else { return false }
    guard let grid else { return held?.orders.isEmpty ?? true }
    return !grid.contains(account.id)
  }
}

/// How one account is closed.
struct Closing: Sendable, Hashable {
  var account: AccountID
  var rent: Lamports
  /// What to do, in order: cancel, consume, settle, close.
  var intents: [Intent]

  init(_ idle: ReclaimableAccount, holding held: OpenOrdersAccount?) {
    account = idle.id
    rent = idle.rent
    let hasOrders = held.map { !$0.orders.isEmpty } ?? false
    let hasProceeds = held.map { $0.freeSOL > .zero || $0.freeToken > .zero } ?? false
    intents = hasOrders ? [.cancelAll(account: idle.id)] : []
    if hasOrders || hasProceeds || idle.needsSettling {
      intents += [.consumeEvents, .settle(account: idle.id)]
    }
    intents.append(.closeAccount(account: idle.id))
  }

  func bundle(tip: SOL) -> Bundle { Bundle("rent of \(account)", tip: tip, intents: intents) }
}

/// What became of the closings.
struct Tally: Sendable, Hashable {
  var closed = 0
  var reclaimed = Lamports.zero
  var failures: [String] = []
  /// Whether every failure so far was a refusal for the time being.
  var isTemporary = true

  /// Counts one closing that was refused.
  mutating func add(_ closing: Closing, _ refusal: Refusal) {
    failures.append("\(closing.account): \(refusal)")
    if !refusal.code.isTemporary { isTemporary = false }
  }

  /// Counts one closing. Every step must have been carried out; the last says what came back.
  ///
  /// - Throws: `ArithmeticOverflow` when the sum does not fit.
  mutating func add(_ closing: Closing, _ outcome: BundleOutcome) throws(ArithmeticOverflow) {
    guard case .landed(_, let results) = outcome else { return fail(closing, "\(outcome)") }
    for (step, result) in results.enumerated() {
      if case .dropped(let why) = result {
        return fail(closing, "step \(step + 1) was dropped: \(why)")
      }
    }
    closed += 1
    var rent = closing.rent
    if case .returned(let sol, _)? = results.last { rent = sol }
    reclaimed = try reclaimed.adding(rent)
  }

  private mutating func fail(_ closing: Closing, _ why: String) {
    failures.append("\(closing.account): \(why)")
    isTemporary = false
  }
}
