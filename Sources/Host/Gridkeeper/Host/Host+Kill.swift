import Bundles
import Exchange
import FoundationEssentials
import Glibc
import Isolation
import JobTable
import PluginAPI
import Telemetry

// The emergency stop.
extension Host {
  /// Halts trading and cancels every order of every wallet. The kill file keeps trading halted over
  /// restarts until `clear`.
  ///
  /// - Returns: How many wallets' orders were told to go.
  func kill(reason: String) async -> Int {
    let path = killFile
    let isWritten = await WorkQueue(name: "kill-file").run { Self.create(path, reason) }
    if !isWritten { parts.log.error("the kill file could not be written", ["path": path]) }
    await parts.bundles.setState(.halted, reason: reason)
    parts.events.emit("KILL", ["reason": reason])
    parts.log.error("trading is halted", ["reason": reason])
    return await cancelEverything()
  }

  /// Says that trading is halted when a kill from before the start still holds.
  func keepHalted() async {
    let path = killFile
    guard await KillFile(path: path).read() != .clear else { return }
    let note = await WorkQueue(name: "kill-file").run {
      try? String(contentsOfFile: path, encoding: .utf8)
    }
    let reason = note.flatMap { $0.isEmpty ? nil : $0 } ?? "the kill file exists"
    await parts.bundles.setState(.halted, reason: reason)
    parts.log.error("trading stays halted", ["reason": reason, "file": path])
  }

  /// Ends a halt: removes the kill file and lets trading go on.
  ///
  /// - Throws: `CommandFailure` when the file cannot be removed.
  func clearKill(reason: String) async throws {
    let path = killFile
    let code = await WorkQueue(name: "kill-file").run { unsafe unlink(path) == 0 ? 0 : errno }
    guard code == 0 || code == ENOENT else {
      throw CommandFailure("the kill file \(path) cannot be removed: errno \(code)")
    }
    await parts.bundles.setState(.active, reason: reason)
    parts.events.emit("KILL_CLEARED", ["reason": reason])
  }

  private var killFile: String { options.table.resolve(force.table.risk.killFile) }

  private static func create(_ path: String, _ reason: String) -> Bool {
    let descriptor = unsafe open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return unsafe write(descriptor, reason, reason.utf8.count) >= 0
  }

  /// One bundle a wallet, because each must go through although another cannot.
  private func cancelEverything() async -> Int {
    let swarm = await parts.exchange.read().swarm
    let slot = "host/kill/\(options.time.wall.nanoseconds)"
    var wallets = 0
    for wallet in swarm.wallets {
      let busy = wallet.accounts.filter { !$0.orders.isEmpty }
      guard !busy.isEmpty else { continue }
      let bundle = Bundle(
        "kill", priority: .kill, intents: busy.map { .cancelAll(account: $0.id) })
      let submitter = Submitter(
        job: "host", run: "kill", slot: slot, effect: wallets, capabilities: [.trade])
      if case .success = await parts.bundles.submit(bundle, from: submitter) { wallets += 1 }
    }
    return wallets
  }
}
