import Isolation
import PluginAPI
import Telemetry

/// An emergency stop that is not over: own orders may still stand or be on their way.
struct KillOrder: Sendable {
  var began: MonotonicInstant
  var slot: String
  var effect = 0
  /// When all orders are told to go once more.
  var next: MonotonicInstant
}

// The emergency stop. It halts in memory first: that cannot fail and waits for nothing.
extension BundleService {
  private static let pause = Duration.seconds(2)

  /// Halts trading and cancels all orders of all wallets, again and again until none stands and none
  /// is on its way: a refresh that was under way may land after the first cancel.
  ///
  /// - Returns: How many wallets' orders were told to go at once.
  @discardableResult package func kill(reason: String) async -> Int {
    setState(.halted, reason: reason)
    let now = parts.time.monotonic
    if killing == nil {
      killing = KillOrder(
        began: now, slot: "host/kill/\(parts.time.wall.nanoseconds)", next: now + Self.pause)
    }
    return await cancelEverything()
  }

  /// Whether an emergency stop still waits for orders to go.
  package var isKilling: Bool { killing != nil }

  func goOnKilling() async {
    let now = parts.time.monotonic
    guard let order = killing, now >= order.next else { return }
    killing?.next = now + Self.pause
    guard let state = try? await readVenue() else { return }
    let stands = state.swarm.wallets.contains { wallet in
      wallet.accounts.contains { !$0.orders.isEmpty }
    }
    guard stands || isPlacing else { return endKilling(after: now - order.began) }
    if stands { _ = await cancelEverything() }
  }

  /// Whether a bundle may still put orders on the market.
  private var isPlacing: Bool {
    outbox.flights.values.contains { flight in
      flight.isUnfinished && flight.record.bundle.intents.contains(where: \.isPriced)
    }
  }

  private func endKilling(after duration: Duration) {
    killing = nil
    parts.metrics.observe(.init("kill_seconds"), duration.inSeconds)
    parts.onEvent("KILL_COMPLETE", ["seconds": "\(duration.inSeconds)"])
  }

  /// One bundle a wallet, because each must go through although another cannot.
  private func cancelEverything() async -> Int {
    guard let state = (try? await readVenue()) ?? newestState else { return 0 }
    var wallets = 0
    for wallet in state.swarm.wallets {
      let busy = wallet.accounts.filter { !$0.orders.isEmpty }
      guard !busy.isEmpty else { continue }
      let bundle = Bundle(
        "kill", priority: .kill, intents: busy.map { .cancelAll(account: $0.id) })
      let parts = (try? BundleParts.of(bundle, over: state)) ?? [bundle]
      var isTold = false
      for part in parts where await submitKill(part) { isTold = true }
      if isTold { wallets += 1 }
    }
    return wallets
  }

  private func submitKill(_ bundle: Bundle) async -> Bool {
    guard let order = killing else { return false }
    killing?.effect += 1
    let submitter = Submitter(
      job: "host", run: "kill", slot: order.slot, effect: order.effect, capabilities: [.trade])
    if case .success = await submit(bundle, from: submitter) { return true }
    return false
  }
}
