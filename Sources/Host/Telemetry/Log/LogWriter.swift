import Glibc
package import Isolation
import PluginAPI

/// Writes the log on a thread of its own, so that no slow disk or reader holds up the host.
///
/// Repeated warnings are folded; what they held is written with the first line after their time, or
/// when the log is flushed.
package final class LogWriter: Sendable {
  private struct Inbox {
    var lines: [LogLine] = []
    var dropped = 0
    var isScheduled = false
  }

  private let level: LogLevel
  private let capacity: Int
  private let time: any TimeSource
  private let inbox = Guarded(Inbox())
  private let lost = Guarded(0)
  private let queue = WorkQueue(name: "log")
  private let printer: LogPrinter

  /// Opens the destination.
  ///
  /// - Throws: `LogError` when the file cannot be opened.
  package init(_ settings: LogSettings, time: any TimeSource) throws(LogError) {
    level = settings.level
    capacity = settings.capacity
    self.time = time
    printer = LogPrinter(output: try LogOutput(settings), format: Self.resolve(settings))
  }

  /// The log whose lines are written here.
  package var log: Log {
    Log { [self] level, message, fields in
      guard level >= self.level else { return }
      take(LogLine(time: time.wall, level: level, message: message, fields: fields))
    }
  }

  /// How many lines were lost since the start, because too many waited or nobody took them.
  package var dropped: Int { lost.withLock(\.self) }

  /// Writes all that waits, folded lines included.
  package func flush() async {
    await queue.run {
      self.writeAll()
      self.count(lost: self.printer.finish())
    }
  }

  /// Opens the log's file anew, after a log rotator moved it away.
  ///
  /// - Throws: `LogError` when that fails; the old file is kept then.
  package func reopen() async throws(LogError) {
    try await queue.run { () throws(LogError) in try self.printer.reopen() }
  }

  private func take(_ line: LogLine) {
    let mustSchedule = inbox.withLock { inbox in
      guard inbox.lines.count < capacity else {
        inbox.dropped += 1
        return false
      }
      inbox.lines.append(line)
      defer { inbox.isScheduled = true }
      return !inbox.isScheduled
    }
    if mustSchedule { queue.add { self.writeAll() } }
  }

  private func writeAll() {
    let batch = inbox.withLock { inbox in
      defer { inbox = Inbox() }
      return inbox
    }
    count(lost: batch.dropped)
    count(lost: printer.write(batch.lines, dropped: batch.dropped, at: time.wall))
  }

  private func count(lost lines: Int) { if lines > 0 { lost.withLock { $0 += lines } } }

  private static func resolve(_ settings: LogSettings) -> LogSettings.Format {
    guard settings.format == .automatic else { return settings.format }
    guard settings.destination == .standardError, isatty(STDERR_FILENO) == 1 else { return .json }
    return .text(colored: unsafe getenv("NO_COLOR") == nil)
  }
}

/// Folds, formats and writes.
///
/// Unchecked because only the log's queue calls it.
private final class LogPrinter: @unchecked Sendable {
  private var output: LogOutput
  private var fold = LogFold()
  private let format: LogSettings.Format

  init(output: consuming LogOutput, format: LogSettings.Format) {
    self.output = output
    self.format = format
  }

  /// Writes lines and says how many were lost.
  func write(_ lines: [LogLine], dropped: Int, at now: Timestamp) -> Int {
    var kept = fold.expire(at: now)
    for line in lines { kept += fold.take(line) }
    if dropped > 0 {
      let fields = ["count": "\(dropped)"]
      kept.append(
        LogLine(time: now, level: .warning, message: "log lines were dropped", fields: fields))
    }
    return print(kept)
  }

  func finish() -> Int { print(fold.finish()) }

  func reopen() throws(LogError) { try output.reopen() }

  private func print(_ lines: [LogLine]) -> Int {
    guard !lines.isEmpty else { return 0 }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(lines.count * 192)
    for line in lines { append(line.presentable, to: &bytes) }
    return output.write(bytes) ? 0 : lines.count
  }

  private func append(_ line: LogLine, to bytes: inout [UInt8]) {
    switch format {
    case .text(let colored): line.appendText(colored: colored, to: &bytes)
    case .json, .automatic: line.appendJSON(to: &bytes)
    }
  }
}
