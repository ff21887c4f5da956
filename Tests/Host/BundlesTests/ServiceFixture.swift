import Isolation
import PluginAPI
import Telemetry

@testable import Bundles

/// A kill switch that a test sets.
final class FakeKillSwitch: KillSwitch {
  private let flag = Guarded(KillFlag.clear)

  func set(_ value: KillFlag) { flag.withLock { $0 = value } }

  func read() async -> KillFlag { flag.withLock { $0 } }
}

/// A journal that fails when told to.
final class FailingJournal: BundleJournal {
  let inner = InMemoryJournal()
  private let failing = Guarded(false)
  private let hiding = Guarded(false)
  private let frozen = Guarded(false)

  /// Lets what is stored stay as it is, as a store does that became full.
  func freeze(_ isFrozen: Bool) { frozen.withLock { $0 = isFrozen } }

  func fail(_ isFailing: Bool) { failing.withLock { $0 = isFailing } }

  /// Lets reads find nothing, as if another host stored its record a moment later.
  func hide(_ isHiding: Bool) { hiding.withLock { $0 = isHiding } }

  private func check() throws {
    if failing.withLock({ $0 }) { throw ServiceError("disk full") }
  }

  func accept(_ record: BundleRecord) async throws -> BundleRecord? {
    try check()
    return inner.accept(record)
  }

  func update(_ record: BundleRecord) async throws {
    try check()
    if frozen.withLock({ $0 }) { throw ServiceError("disk full") }
    inner.update(record)
  }

  func record(_ id: BundleID) async throws -> BundleRecord? {
    try check()
    return hiding.withLock { $0 } ? nil : inner.record(id)
  }

  func unfinished() async throws -> [BundleRecord] {
    try check()
    return inner.unfinished()
  }

  func spent(since time: Timestamp) async throws -> (tips: Lamports, fees: Lamports) {
    try check()
    return inner.spent(since: time)
  }
}

/// A service with everything around it in the test's hands.
struct ServiceFixture {
  let venue = ScriptedVenue()
  let journal = FailingJournal()
  let kill = FakeKillSwitch()
  let time = ManualTime()
  let metrics = Metrics()
  let events = Guarded<[String]>([])
  let service: BundleService

  init(
    limits: BundleLimits = BundleLimits(), reconciled: Bool = true,
    _ change: (inout BundleServiceParts) -> Void = { _ in }
  ) async throws {
    var parts = BundleServiceParts(
      venue: venue, journal: journal, killSwitch: kill, time: time, metrics: metrics)
    parts.pivot = { PriceLots(100) }
    parts.onEvent = { [events] name, _ in events.withLock { $0.append(name) } }
    change(&parts)
    service = BundleService(parts, limits: limits)
    await venue.advance()
    if reconciled { try await service.reconcile() }
  }

  func submit(
    _ intents: [Intent], slot: String = "s", effect: Int = 0, tip: SOL = 0, job: String = "grid",
    priority: Bundle.Priority = .normal, _ capabilities: Set<Capability> = trader
  ) async -> Result<BundleReceipt, Refusal> {
    await service.submit(
      Bundle("test", tip: tip, priority: priority, intents: intents),
      from: submitter(job, slot: slot, effect: effect, capabilities))
  }

  /// Lets slots pass, with everything done that can be done in each.
  func go(_ slots: Int = 3) async {
    await service.quiet()
    for _ in 0..<slots {
      await venue.advance()
      time.advance(by: .milliseconds(400))
      await service.tick()
      await service.quiet()
    }
  }

  /// Lets slots pass until a bundle is past saving.
  func outlive() async { await go(Int(ScriptedVenue.life + ScriptedVenue.finalized) + 3) }

  func record(_ id: BundleID) -> BundleRecord? { journal.inner.record(id) }

  func state(_ id: BundleID) -> BundleState? { record(id)?.state }

  var told: [String] { events.withLock { $0 } }

  func counted(_ name: String, _ labels: KeyValuePairs<String, String> = [:]) -> Double? {
    metrics.counters.withLock { $0[Metrics.Key(name, labels)] }
  }
}

extension Result where Failure == Refusal {
  var refusalCode: RefusalCode? {
    if case .failure(let refusal) = self { refusal.code } else { nil }
  }
}
