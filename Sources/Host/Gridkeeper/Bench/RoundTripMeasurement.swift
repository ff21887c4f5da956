import Isolation
@_spi(Host) import PluginAPI
import Supervisor
import Telemetry

/// One run at a time: from the order on the host's loop until its end is back there.
enum RoundTripMeasurement {
  private static let warmUp = 2_000
  private static let count = 20_000

  static func take(_ arguments: Arguments, _ surroundings: Surroundings) async throws
    -> [String: Double]
  {
    var settings = SupervisorSettings(pluginDirectory: try BenchFolder.builtPlugins())
    settings.executable = try ExecutablePath.own()
    let player = PingPong(surroundings.time)
    let supervisor = Supervisor(
      loop: EventLoop(name: "host"), time: surroundings.time, settings: settings,
      delegate: player, log: .silent, metrics: Metrics())
    let staged = await supervisor.stage([StagedJob(name: "ping", plugin: "Idle")])
    guard staged.problems.isEmpty else {
      throw CommandFailure(staged.problems.map(\.description).joined(separator: "\n"))
    }
    await supervisor.commit(staged.stage)
    for _ in 0..<warmUp { _ = await player.play(on: supervisor) }
    var times = LatenessHistogram()
    for _ in 0..<count { times.add(await player.play(on: supervisor)) }
    await supervisor.shutDown()
    return [
      "count": Double(count), "p50_us": Double(times.quantile(0.5)) / 1e3,
      "p99_us": Double(times.quantile(0.99)) / 1e3, "max_us": Double(times.longest) / 1e3,
    ]
  }
}

/// Starts one run and waits for its end.
private final class PingPong: SupervisorDelegate {
  private struct Game {
    var number: UInt64 = 0
    var began = MonotonicInstant.never
    var waiter: CheckedContinuation<Int64, Never>?
  }

  private let time: any TimeSource
  private let game = Guarded(Game())

  init(_ time: any TimeSource) { self.time = time }

  /// - Returns: Nanoseconds from handing over the order until its end was reported.
  func play(on supervisor: Supervisor) async -> Int64 {
    await withCheckedContinuation { continuation in
      Task { await serve(continuation, on: supervisor) }
    }
  }

  private func serve(
    _ continuation: CheckedContinuation<Int64, Never>, on supervisor: isolated Supervisor
  ) {
    let now = time.monotonic
    let number = game.withLock { game in
      game.number += 1
      game.began = now
      game.waiter = continuation
      return game.number
    }
    supervisor.start([
      WorkerRun(
        id: number, job: "ping", plannedAt: time.wall, cause: .manual, attempt: 1, seed: number)
    ])
  }

  func runsEnded(_ ends: [RunEnd]) {
    let now = time.monotonic
    game.withLock { game in
      game.waiter?.resume(returning: (now - game.began).nanoseconds)
      game.waiter = nil
    }
  }

  func runsRejected(_ runs: [RejectedRun]) { preconditionFailure("\(runs) was not started") }
  func workerChanged(_ status: WorkerStatus) {}
  func told(_ telling: Telling, by context: RunContext) {}
  func serve(_ call: ServiceCall, for context: RunContext) async -> ServiceReply {
    .failed("no host runs")
  }
}
