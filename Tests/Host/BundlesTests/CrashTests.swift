import Isolation
import PluginAPI
import Telemetry
import Testing

@testable import Bundles

/// A host's life: so many calls of store and venue, then it is gone in the middle of things.
final class Life: Sendable {
  private let left: Guarded<Int>

  init(_ calls: Int) { left = Guarded(calls) }

  /// Whether the call still happens, and whether the host lives to see its answer.
  func call() -> (happens: Bool, isSeen: Bool) {
    left.withLock { left in
      left -= 1
      return (left >= 0, left > 0)
    }
  }

  var isOver: Bool { left.withLock { $0 <= 0 } }
}

private struct Gone: Error {}

/// A journal that a host stops hearing when it dies; what it wrote stays.
struct MortalJournal: BundleJournal {
  let inner: InMemoryJournal
  let life: Life

  private func call<Answer>(_ body: () -> Answer) throws -> Answer {
    let (happens, isSeen) = life.call()
    guard happens else { throw Gone() }
    let answer = body()
    guard isSeen else { throw Gone() }
    return answer
  }

  func accept(_ record: BundleRecord) async throws -> BundleRecord? {
    try call { inner.accept(record) }
  }
  func update(_ record: BundleRecord) async throws { try call { inner.update(record) } }
  func record(_ id: BundleID) async throws -> BundleRecord? { try call { inner.record(id) } }
  func unfinished() async throws -> [BundleRecord] { try call { inner.unfinished() } }
  func spent(since time: Timestamp) async throws -> (tips: Lamports, fees: Lamports) {
    try call { inner.spent(since: time) }
  }
}

/// A venue that a host stops hearing when it dies; what it was told stays.
struct MortalVenue: Venue {
  let inner: ScriptedVenue
  let life: Life

  private func call<Answer: Sendable>(_ body: () async throws -> Answer)
    async throws(VenueFailure) -> Answer
  {
    let (happens, isSeen) = life.call()
    guard happens else { throw VenueFailure("gone") }
    do {
      let answer = try await body()
      guard isSeen else { throw Gone() }
      return answer
    } catch { throw VenueFailure("\(error)") }
  }

  var identity: VenueIdentity { get async throws { try await inner.identity } }
  var genesis: String { get async throws { await inner.genesis } }
  func read() async throws -> VenueState { try await call { try await inner.read() } }
  func latestBlockhash() async throws(VenueFailure) -> Blockhash {
    try await call { try await inner.latestBlockhash() }
  }
  func sign(_ plan: BundlePlan, attempt: Int, with blockhash: Blockhash)
    async throws(VenueFailure) -> SignedBundle
  { try await call { try await inner.sign(plan, attempt: attempt, with: blockhash) } }
  func send(_ bundle: SignedBundle) async -> SendAnswer {
    (try? await call { await inner.send(bundle) }) ?? .unreachable("gone")
  }
  func status(of signatures: [Signature]) async throws(VenueFailure) -> StatusReport {
    try await call { try await inner.status(of: signatures) }
  }
  func effects(of bundle: SignedBundle, plan: BundlePlan)
    async throws(VenueFailure) -> BundleEffects
  { try await call { try await inner.effects(of: bundle, plan: plan) } }
  func quote(_ request: SwapRequest) async throws -> SwapQuote {
    try await inner.quote(request)
  }
  func reclaimable() async throws -> [ReclaimableAccount] { await inner.reclaimable() }
}

/// A store and a chain that outlive any host.
private struct World {
  let venue = ScriptedVenue()
  let journal = InMemoryJournal()
  let time = ManualTime()
  let landed = Guarded<Set<BundleID>>([])

  private static let work: [(slot: String, intents: [Intent])] = [
    ("1", [.cancelAll(account: "a1"), place("a1", .bid, 95), place("a1", .bid, 94)]),
    ("2", [place("a1", .bid, 93), .transfer(from: "b", to: "a", amount: Lamports(7))]),
    ("3", large),
    ("4", [.cancelAll(account: "b1")]),
  ]

  /// Too much for one transaction.
  private static let large: [Intent] =
    (1...20).map { place("b1", .ask, 110 + $0) } + (1...20).map { place("b2", .bid, 90 - $0) }

  static let scripts: [Script] = [
    .land, .land, .drop, .revert, .leak(0), .leak(1), .reject(.auction), .limit(.seconds(1)),
    .vanish(arrives: true), .vanish(arrives: false),
  ]

  init(seed: UInt64) async {
    var random = SeededRandom(seed: seed)
    for (slot, _) in Self.work {
      let script = (0..<3).map { _ in Self.scripts.randomElement(using: &random) ?? .land }
      await venue.set { $0.scripts[BundleID("\(slot)/0")] = script }
    }
    await venue.advance()
  }

  func host(_ life: Life) -> BundleService {
    var parts = BundleServiceParts(
      venue: MortalVenue(inner: venue, life: life),
      journal: MortalJournal(inner: journal, life: life), killSwitch: FakeKillSwitch(), time: time,
      metrics: Metrics(), pivot: { PriceLots(100) })
    parts.onLanded = { [landed] record, _ in landed.withLock { _ = $0.insert(record.id) } }
    return BundleService(parts)
  }

  /// A host starts, does its work (again) and runs for a while.
  func live(_ service: BundleService, _ life: Life, slots: Int) async {
    try? await service.reconcile()
    for (slot, intents) in Self.work {
      _ = await service.submit(
        Bundle("w", tip: 0.000_1, intents: intents), from: submitter(slot: slot))
    }
    for _ in 0..<slots where !life.isOver {
      await service.quiet()
      await venue.advance()
      time.advance(by: .milliseconds(400))
      await service.tick()
    }
    await service.quiet()
  }

  /// What was promised, checked against what the venue counted.
  func check(_ place: Comment) async {
    let count = await venue.count
    for (transaction, times) in count { #expect(times == 1, "\(transaction) \(place)") }
    for record in journal.all {
      #expect(record.state.isFinal, "\(record.id) is \(record.state) \(place)")
      let happened = record.plan.transactions.indices.count { count["\(record.id)#\($0)"] != nil }
      switch record.state {
      case .finalized:
        #expect(happened == record.plan.transactions.count, "\(record.id) \(place)")
        #expect(landed.withLock { $0.contains(record.id) }, "\(record.id) was not told \(place)")
      case .partial: #expect(happened > 0, "\(record.id) \(place)")
      default: #expect(happened == 0, "\(record.id) is \(record.state) \(place)")
      }
    }
  }
}

@Suite(.timeLimit(.minutes(2))) struct HostCrashTests {
  /// Enough slots for every bundle to be signed as often as it may and to be proved dead each time.
  private static let enough = 130

  @Test(
    "A host killed after any call of store or venue resumes, and everything happens once or never",
    arguments: 0..<8)
  func crash(seed: UInt64) async {
    var calls = 1
    while true {
      let world = await World(seed: seed)
      let life = Life(calls)
      await world.live(world.host(life), life, slots: 60)
      let isWhole = !life.isOver
      let next = Life(.max)
      await world.live(world.host(next), next, slots: Self.enough)
      await world.check("seed \(seed), killed after call \(calls)")
      if isWhole { break }
      calls += 1
    }
    #expect(calls > 50)
  }
}
