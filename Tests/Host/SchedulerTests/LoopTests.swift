import Isolation
import JobTable
import PluginAPI
import Telemetry
import Testing

@testable import Scheduler

/// The actor around the core, on a real event loop.
@Suite(.timeLimit(.minutes(1))) struct LoopTests {
  @Test(arguments: [Precision.exact, .grid])
  func slotsStartInTimeNeverEarlyAndAreWrittenDown(precision: Precision) async throws {
    let bench = LoopBench(SystemTime(), isDriven: false)
    await bench.run {
      $0.cadence.every = .milliseconds(20)
      $0.precision = precision
    }
    let orders = await bench.finish(3)
    await bench.scheduler.stop()
    #expect(orders.allSatisfy { $0.plannedAt <= $0.seen })
    let distances = zip(orders, orders.dropFirst()).map { $1.plannedAt - $0.plannedAt }
    #expect(distances.allSatisfy { $0.nanoseconds > 0 && $0.nanoseconds % 20_000_000 == 0 })
    let ends = await bench.ledger.streaks()
    #expect(ends.reduce(0) { $0 + $1.count } >= 2)
    bench.loop.stop()
  }

  @Test func moneyWaitsForTheLedger() async throws {
    let bench = LoopBench(SystemTime(), isDriven: false)
    await bench.run {
      $0.cadence.every = .milliseconds(20)
      $0.grants = [.trade]
    }
    let orders = await bench.finish(2)
    let planned = await bench.ledger.planned()
    #expect(orders.allSatisfy { planned.contains($0.id) })
    await bench.scheduler.stop()
    bench.loop.stop()
  }

  @Test func withoutALedgerMoneyDoesNotMoveAndNothingIsForgotten() async throws {
    let time = ManualTime(wall: Timestamp(seconds: 1_750_000_000))
    let bench = LoopBench(time, isDriven: true)
    await bench.ledger.setDown(true)
    await bench.run { $0.grants = [.trade] }
    while await bench.scheduler.status(of: "job")?.skipped == 0 { await Task.yield() }
    for _ in 0..<5 {
      await bench.scheduler.keepHouse()
      await Task.yield()
    }
    await bench.ledger.setDown(false)
    await bench.scheduler.keepHouse()
    await bench.scheduler.stop()
    let said = bench.lines.withLock { $0 }.filter { $0.hasPrefix("records") }
    #expect(
      said == [
        "records cannot be written; jobs that move money do not run",
        "records are written again",
      ])
    #expect(await bench.ledger.planned().isEmpty)
    #expect(await bench.ledger.streaks().map(\.outcome) == [.skipped(.storeUnavailable)])
    bench.loop.stop()
  }

  @Test func aStepOfTheWallClockIsSeen() {
    var now = SchedulerNow(
      monotonic: MonotonicInstant(nanoseconds: 5), wall: Timestamp(seconds: 1000))
    var watch = ClockWatch(now)
    now.monotonic = now.monotonic + .seconds(10)
    now.wall = now.wall + .milliseconds(10_900)
    #expect(watch.step(now) == nil)
    now.wall = now.wall + .milliseconds(-1001)
    #expect(watch.step(now) == .milliseconds(-1001))
    #expect(watch.step(now) == nil)
  }

  @Test func aFullBookDropsTheNewestAndCounts() {
    var book = LedgerBook()
    let entry = LedgerEntry.forget(job: "job", kind: .every)
    book.add(Array(repeating: entry, count: 199_999))
    book.add(Array(repeating: entry, count: 3))
    #expect(book.dropped == 2)
    let batch = book.take()
    #expect(batch?.entries.count == 8_192)
    #expect(book.take() == nil)
    book.add([entry])
    #expect(book.dropped == 2)
    if let batch { book.finish(batch, isWritten: false) }
    #expect(book.dropped == 3)
    #expect(book.take() == nil, "after a failure it waits for the next second")
    book.isBlocked = false
    var written = 0
    while let batch = book.take() {
      written += batch.entries.count
      book.finish(batch, isWritten: true)
    }
    #expect(written == 200_000)
  }

  @Test func runsAreRecordedAfterAllThatCameBefore() {
    let slot = SlotID(job: "job", kind: .every, time: Timestamp(seconds: 1))
    let order = RunOrder(
      id: RunID(1), plugin: "Any", slot: slot, plannedAt: slot.time, cause: .cadence, attempt: 1,
      generation: 1, deadline: .never)
    var book = LedgerBook()
    book.add((0..<10_000).map { .forget(job: "\($0)", kind: .every) })
    #expect(book.add([order]).isEmpty)
    let first = book.take()
    #expect(first?.planned == [] && first?.entries.first == .forget(job: "0", kind: .every))
    if let first { book.finish(first, isWritten: true) }
    let second = book.take()
    #expect(second?.entries.last == .forget(job: "9999", kind: .every))
    #expect(second?.planned == [order])
  }

  @Test func whileTheLedgerFailsRunsDoNotWaitForIt() {
    let slot = SlotID(job: "job", kind: .every, time: Timestamp(seconds: 1))
    let order = RunOrder(
      id: RunID(1), plugin: "Any", slot: slot, plannedAt: slot.time, cause: .cadence, attempt: 1,
      generation: 1, deadline: .never)
    var book = LedgerBook()
    book.add(Array(repeating: .forget(job: "job", kind: .every), count: 10_000))
    let first = book.take()
    _ = book.add([order])
    if let first { book.finish(first, isWritten: false) }
    let second = book.take()
    #expect(second?.entries.count == 10_000 && second?.planned == [order])
  }

  @Test func metricsCountSlotsByOutcome() {
    let metrics = Metrics()
    var meter = SchedulerMeter(metrics)
    var host = CoreHarness()
    host.apply(CoreHarness.entry())
    host.advance(.milliseconds(2500))
    host.core.flush()
    meter.count(host.core.takeActions())
    meter.flush(host.core, LedgerBook(), host.now)
    let skipped = Metrics.Key("slots_total", ["job": "job", "outcome": "skipped_overlap"])
    #expect(metrics.counters.withLock { $0[skipped] } == 2)
    #expect(metrics.gauges.withLock { $0[Metrics.Key("scheduler_jobs")] } == 1)
  }
}

/// A scheduler on a loop of its own, with a ledger and a dispatcher that remember.
private struct LoopBench {
  struct Seen: Sendable {
    var id: RunID
    var slot: SlotID
    var plannedAt: Timestamp
    var seen: Timestamp
  }

  let loop = EventLoop(name: "scheduler-test")
  let ledger = MemoryLedger()
  let lines = Guarded<[String]>([])
  let scheduler: SchedulerLoop
  private let orders: AsyncStream<Seen>

  init(_ time: any TimeSource, isDriven: Bool) {
    let (stream, continuation) = AsyncStream.makeStream(of: Seen.self)
    orders = stream
    var surroundings = SchedulerLoop.Surroundings(
      loop: loop, time: time, dispatcher: StreamDispatcher(orders: continuation, time: time),
      ledger: ledger)
    surroundings.isDriven = isDriven
    surroundings.log = Log { [lines] _, message, _ in lines.withLock { $0.append(message) } }
    scheduler = SchedulerLoop(surroundings)
  }

  /// Puts a table of one job into force and starts.
  func run(_ change: (inout JobEntry) -> Void) async {
    let entry = CoreHarness.entry("job", change)
    await scheduler.apply(ScheduleTable(jobs: ["job": entry], generation: 1))
    await scheduler.start()
  }

  /// Ends the next runs as done and gives their orders.
  func finish(_ count: Int) async -> [Seen] {
    var seen: [Seen] = []
    for await order in orders {
      seen.append(order)
      await scheduler.completed([RunReport(id: order.id, outcome: .done("ok"))])
      if seen.count == count { break }
    }
    return seen
  }
}

private struct StreamDispatcher: RunDispatcher {
  let orders: AsyncStream<LoopBench.Seen>.Continuation
  let time: any TimeSource

  func start(_ orders: [RunOrder]) {
    for order in orders {
      self.orders.yield(
        LoopBench.Seen(
          id: order.id, slot: order.slot, plannedAt: order.plannedAt, seen: time.wall))
    }
  }

  func cancel(_ run: RunID, because reason: CancelReason) {}

  func kill(_ run: RunID) {}
}

private actor MemoryLedger: SlotLedger {
  struct Down: Error {}

  private var entries: [LedgerEntry] = []
  private var isDown = false

  func setDown(_ isDown: Bool) { self.isDown = isDown }

  func record(_ entries: [LedgerEntry]) async throws {
    guard !isDown else { throw Down() }
    self.entries += entries
  }

  func append(_ entries: [LedgerEntry]) async throws { try await record(entries) }

  func streaks() -> [Streak] {
    entries.compactMap { if case .slots(let streak) = $0 { streak } else { nil } }
  }

  func planned() -> Set<RunID> {
    Set(entries.compactMap { if case .planned(let order) = $0 { order.id } else { nil } })
  }
}
