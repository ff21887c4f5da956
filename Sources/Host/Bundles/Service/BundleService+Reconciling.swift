import Isolation
import PluginAPI
import Telemetry

// What the chain says against what is believed: at the start and again and again.
extension BundleService {
  /// The gate at the start: reads the statuses of all that an earlier host left unfinished, then
  /// market, book, events, accounts and balances at one slot not older than they, and only then
  /// opens trading, unless it was halted since the start.
  ///
  /// What was signed is followed, and its same bytes may be handed over again until they are dead;
  /// what was never signed goes its way within its deadline, and expires after it.
  ///
  /// - Throws: Any error of venue or journal; trading then stays halted.
  package func reconcile() async throws {
    _ = try await parts.venue.identity
    genesis = try await parts.venue.genesis
    let unfinished = try await parts.journal.unfinished().filter { outbox.flights[$0.id] == nil }
    let report = try await parts.venue.status(of: [])
    let state = try await readVenue()
    guard state.slot >= report.slot || isReconciled else {
      throw VenueFailure("the venue was read at slot \(state.slot), statuses at \(report.slot)")
    }
    if !isReconciled { try await recallBudgets() }
    let (unsigned, signed) = (
      unfinished.filter { $0.state == .accepted }, unfinished.filter { $0.state != .accepted }
    )
    for record in signed { takeOver(record, state) }
    try await askAtStart(signed)
    _ = reconciler.compare(state, busy: busyAccounts)
    open()
    for record in unsigned { takeOver(record, state) }
  }

  private func open() {
    guard !isReconciled else { return }
    isReconciled = true
    // Whoever halted trading in the meantime meant it.
    if trading == .unreconciled { setState(.active, reason: "reconciled") }
  }

  private func recallBudgets() async throws {
    let now = parts.time.wall
    let spent = try await parts.journal.spent(since: now + .seconds(-86_400))
    tips.add(spent.tips, at: now)
    fees.add(spent.fees, at: now)
  }

  /// Sets aside again what the bundle could still use. Its tip and its fee are in the sum of the day.
  private func takeOver(_ record: BundleRecord, _ state: VenueState) {
    guard record.genesis.isEmpty || record.genesis == genesis else {
      return handle(.orphaned(record))
    }
    if record.state != .landed {
      let walk = BundleWalk(record.bundle.intents, over: state)
      claims.open(
        record.id, Claim(draws: walk.draws, quotes: walk.quotes, orders: walk.placed))
    }
    handle(.resumed(record))
  }

  private func askAtStart(_ records: [BundleRecord]) async throws {
    for record in records {
      guard let question = outbox.flights[record.id]?.question else { continue }
      let report = try await parts.venue.status(of: question.signatures)
      handle(.reported([question], report))
    }
    await quiet()
  }

  /// Accounts whose orders a bundle may just be changing.
  private var busyAccounts: Set<AccountID> {
    var accounts: Set<AccountID> = []
    for flight in outbox.flights.values where flight.stage != .settled && flight.stage != .closing {
      accounts.formUnion(flight.record.bundle.intents.compactMap(\.account))
    }
    return accounts
  }

  func compareInTime() async {
    let now = parts.time.monotonic
    guard isReconciled, now >= nextReconciliation else { return }
    nextReconciliation = now + limits.dispatch.compare
    guard let state = try? await readVenue() else {
      parts.metrics.add(.init("reconciliation_failures_total"))
      return
    }
    compare(state)
  }

  func compare(_ state: VenueState) {
    for difference in reconciler.compare(state, busy: busyAccounts) { act(on: difference) }
  }

  private func act(on difference: Difference) {
    parts.metrics.add(
      .init("reconciliation_differences_total", ["kind": difference.kind.rawValue]))
    parts.onEvent(
      "ORDER_\(difference.kind.rawValue.uppercased())",
      [
        "account": difference.account.description, "order": difference.order.id.description,
        "side": difference.order.side.rawValue, "price": "\(difference.order.price)",
        "size": "\(difference.order.size)", "policy": limits.foreignOrders.rawValue,
      ])
    switch limits.foreignOrders {
    case .adopt: break
    case .halt:
      if trading.mode == .active { setState(.reducing, reason: "an order that no bundle placed") }
    case .cancel: cancelForeign(difference)
    }
  }

  private func cancelForeign(_ difference: Difference) {
    let bundle = Bundle(
      "foreign order", priority: .cancel,
      intents: [.cancel(account: difference.account, order: difference.order.id)])
    let submitter = Submitter(
      job: "host", run: "reconcile",
      slot: "host/foreign/\(difference.order.id)/\(parts.time.wall.nanoseconds)", effect: 0,
      capabilities: [.trade])
    // Not awaited: the comparison goes on, and the outbox follows the bundle.
    Task { await self.submit(bundle, from: submitter) }
  }
}
