import Exchange
import FoundationEssentials
import Isolation
import JobTable
import Lab
import PluginAPI
import Storage
import Supervisor

/// The whole life of a host on virtual time: one seed decides what goes wrong and when. The disk and
/// the exchange outlive the host; a host that died starts again on what it left.
final class Life: Sendable {
  /// How a life goes.
  struct Plan: Sendable {
    var seed: UInt64
    /// Where the plugin libraries are.
    var plugins: String
    /// How long things go wrong; then it is calm until everything can have come to an end.
    var trouble: Duration = .seconds(240)
    var calm: Duration = .seconds(120)
    /// How long the last host lives on with all jobs switched off: longer than a blockhash.
    var rest: Duration = .seconds(80)
    /// Whether the host's log is told.
    var isVerbose = false
  }

  let plan: Plan
  let time = LifeTime()
  let dice: FaultDice
  let notary = Notary()
  let disk = MemoryStore()
  let exchange: SimulatedExchange
  let folder: LifeFolder
  private let starts = Guarded(0)

  /// - Throws: Whatever keeps the folder of the table from being made.
  init(_ plan: Plan) throws {
    self.plan = plan
    dice = FaultDice(seed: plan.seed)
    folder = try LifeFolder(plan)
    guard let table = TableLoader(environment: [:], fileName: folder.table).load(folder.good).table
    else { throw CommandFailure("the simulation's own table does not load") }
    exchange = SimulatedExchange(try ExchangeSettings(table), time: time)
  }

  /// Lives to the end and tells what happened.
  func run() async -> LifeReport {
    let before = await exchange.audit()
    let slots = Task { [exchange] in try await exchange.run(pause: VirtualTime.pause) }
    dice.isCalm = false
    await suffer(until: time.monotonic + plan.trouble)
    dice.isCalm = true
    folder.clearKill()
    folder.write(folder.good)
    await recover()
    slots.cancel()
    var report = await LifeChecks(life: self).report(soundBefore: before)
    report.starts = starts.withLock(\.self)
    folder.remove()
    return report
  }

  // MARK: One host after the other

  private func suffer(until end: MonotonicInstant) async {
    while time.monotonic < end {
      let host = MortalHost(self)
      starts.withLock { $0 += 1 }
      await host.live(until: end)
      try? await VirtualTime.pause(for: dice.duration(100...15_000))
    }
  }

  /// The last host, that nothing happens to: it must bring everything to its end.
  private func recover() async {
    let host = MortalHost(self)
    starts.withLock { $0 += 1 }
    await host.live(until: time.monotonic + plan.calm)
  }
}
