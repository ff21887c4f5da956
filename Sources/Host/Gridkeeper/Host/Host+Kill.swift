import Bundles
import Exchange
import FoundationEssentials
import Glibc
import Isolation
import JobTable
import PluginAPI
import Storage
import Telemetry

/// What an emergency stop came to.
struct KillReport: Sendable {
  /// How many wallets' orders were told to go.
  var wallets: Int
  /// Whether the kill file is there, which keeps trading halted over restarts.
  var isLasting: Bool

  var text: String {
    "trading is halted; the orders of \(wallets) wallet\(wallets == 1 ? "" : "s") are being cancelled"
      + (isLasting ? "" : "; the kill file could not be written, so a restart ends the halt")
  }
}

// The emergency stop. Trading halts in memory first: that cannot fail and waits for nothing.
extension Host {
  /// Halts trading and cancels every order of every wallet. The kill file keeps trading halted over
  /// restarts until `clear`.
  func kill(reason: String) async -> KillReport {
    async let isLasting = writeKillFile(reason)
    let wallets = await halt(reason)
    return KillReport(wallets: wallets, isLasting: await isLasting)
  }

  /// Ends a halt: removes the kill file and lets trading go on.
  ///
  /// - Throws: `CommandFailure` when the file cannot be removed, or the venue was not read yet.
  func clearKill(reason: String) async throws {
    let path = parts.killFile.path
    let code = await WorkQueue(name: "kill-file").run { unsafe unlink(path) == 0 ? 0 : errno }
    guard code == 0 || code == ENOENT else {
      throw CommandFailure("the kill file \(path) cannot be removed: errno \(code)")
    }
    guard await parts.bundles.setState(.active, reason: reason) else {
      throw CommandFailure("the host is still reading the venue; try again in a moment")
    }
    parts.events.emit("KILL_CLEARED", ["reason": reason])
  }

  /// Does what a kill file asks for that somebody put there by hand.
  func heedKillFile(isStart: Bool = false) async {
    guard await parts.killFile.read() == .set else { return }
    guard await parts.bundles.state.mode != .halted else { return }
    let before = await parts.bundles.state.mode.rawValue
    _ = await halt(await killFileReason())
    // At a start it is most often an old one.
    guard !isStart else { return }
    await note("kill", by: "the kill file \(parts.killFile.path)", before: before)
  }

  /// Writes down what was done without the control socket.
  func note(_ action: String, by who: String, before: String) async {
    await backlog.write(
      AuditRecord(
        time: options.time.wall, who: who, action: action, before: before,
        after: await trading().mode.rawValue, detail: await trading().reason))
  }

  /// What the kill file says; one that was made by hand says nothing.
  private func killFileReason() async -> String {
    let path = parts.killFile.path
    let note = await WorkQueue(name: "kill-file").run {
      try? String(contentsOfFile: path, encoding: .utf8)
    }
    let line = note?.split(separator: "\n").first.map { String($0.prefix(200)) }
    return line ?? "the kill file \(path) is there"
  }

  /// The trading state as it works: a kill switch that is set or cannot be read halts everything,
  /// also in the moment before the state says so.
  func trading() async -> TradingState {
    let state = await parts.bundles.state
    guard state.mode != .halted else { return state }
    switch await parts.killFile.read() {
    case .clear: return state
    case .set: return TradingState(.halted, reason: "the kill file is there")
    case .unreadable(let why):
      return TradingState(.halted, reason: "the kill switch cannot be read: \(why)")
    }
  }

  /// How many wallets' orders were told to go.
  private func halt(_ reason: String) async -> Int {
    parts.events.emit("KILL", ["reason": reason])
    parts.log.error("trading is halted", ["reason": reason])
    return await parts.bundles.kill(reason: reason)
  }

  private func writeKillFile(_ reason: String) async -> Bool {
    let path = parts.killFile.path
    let isWritten = await WorkQueue(name: "kill-file").run { Self.create(path, reason) }
    if !isWritten { parts.log.error("the kill file could not be written", ["path": path]) }
    return isWritten
  }

  /// An empty file does as well as one with a reason: a full disk does not matter.
  private static func create(_ path: String, _ reason: String) -> Bool {
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
      unsafe mkdir(String(path[..<slash]), 0o700)
    }
    let descriptor = unsafe open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    unsafe write(descriptor, reason, reason.utf8.count)
    fsync(descriptor)
    return true
  }
}
