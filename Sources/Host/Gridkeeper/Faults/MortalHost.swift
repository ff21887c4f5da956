import Isolation
import Lab
import PluginAPI
import Scheduler

/// One host from its start to its death, or to the end of its time.
final class MortalHost: Sendable {
  private let life: Life
  private let power = Power()
  private let loop = EventLoop(driver: VirtualDriver())

  init(_ life: Life) { self.life = life }

  func live(until end: MonotonicInstant) async {
    // Not awaited: the work of a host that died waits for power for ever.
    Task { await self.work(until: end) }
    let clock = Task {
      try? await VirtualTime.pause(until: end + .seconds(200))
      self.power.cut()
    }
    await power.failure()
    clock.cancel()
    loop.stop()
  }

  private func work(until end: MonotonicInstant) async {
    defer { power.cut() }
    do {
      let host = try await HostLauncher(options: options).launch()
      let operators = Task { await self.operate(host) }
      defer { operators.cancel() }
      try await host.live(with: []) {
        try? await VirtualTime.pause(until: end)
        await self.rest(host)
      }
      operators.cancel()
    } catch {
      // As with a real one, somebody starts it again.
      if life.plan.isVerbose { FileOutput.error.line("a host did not start: \(error)") }
    }
  }

  private var options: HostOptions {
    let venue = FaultyVenue(
      exchange: life.exchange, dice: life.dice, power: power, notary: life.notary)
    var options = HostOptions(
      table: TablePaths(table: life.folder.table), socket: "", environment: [:], executable: "",
      time: life.time)
    options.pause = { [power] duration in
      await power.pass()
      try await VirtualTime.pause(for: duration)
      await power.pass()
    }
    options.substitutes = Substitutes(
      store: FaultyStore(disk: life.disk, dice: life.dice, power: power),
      exchange: life.exchange, venue: venue,
      feed: PoweredFeed(exchange: life.exchange, power: power), loop: loop,
      launcher: InnerWorkers(loop: loop, time: life.time, dice: life.dice))
    return options
  }

  /// At the very end the jobs are switched off, so that what is under way can become final.
  private func rest(_ host: Host) async {
    guard life.dice.isCalm else { return }
    await reload(life.folder.still(life.plan), on: host)
    try? await VirtualTime.pause(for: life.plan.rest)
  }

  // MARK: Operators and fate

  /// Does now and then what operators do, and what happens to machines.
  private func operate(_ host: Host) async {
    let dice = life.dice
    while !Task.isCancelled, power.isOn {
      try? await VirtualTime.pause(for: dice.duration(2_000...25_000))
      guard !dice.isCalm, !Task.isCancelled else { return }
      await act(Self.acts[Int(dice.number(0...Int64(Self.acts.count - 1)))], on: host)
    }
  }

  private static let acts: [Fault] = [
    .crashAtRest, .clockForward, .clockBack, .reloadGood, .reloadGood, .reloadBad, .killSet,
    .killCleared, .killCleared, .jobsResumed, .jobsResumed, .jobsResumed,
  ]

  private func act(_ fault: Fault, on host: Host) async {
    life.dice.note(fault)
    switch fault {
    case .crashAtRest: power.cut()
    case .clockForward: life.time.stepWall(by: life.dice.duration(1_000...120_000))
    case .clockBack: life.time.stepWall(by: .zero - life.dice.duration(1_000...120_000))
    case .reloadGood: await reload(life.folder.changed(life.plan), on: host)
    case .reloadBad: await reload(life.folder.broken(life.plan), on: host)
    case .killSet: _ = await host.kill(reason: "a simulated operator")
    case .killCleared: try? await host.clearKill(reason: "a simulated operator")
    case .jobsResumed: await resume(host)
    default: break
    }
  }

  private func resume(_ host: Host) async {
    for job in await host.parts.scheduler.status() {
      try? await host.parts.scheduler.resume(job.name)
    }
  }

  private func reload(_ bytes: [UInt8], on host: Host) async {
    life.folder.write(bytes)
    _ = await host.reload()
  }
}
