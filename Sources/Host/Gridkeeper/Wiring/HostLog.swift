import Isolation
import JobTable
import PluginAPI
import Telemetry

/// The host's log, whose threshold a reload may change.
struct HostLog: Sendable {
  private let writer: LogWriter
  private let threshold: Guarded<LogLevel>

  /// - Throws: `LogError` when the file cannot be opened.
  init(_ telemetry: TelemetrySettings, paths: TablePaths, time: any TimeSource) throws(LogError) {
    var settings = LogSettings(telemetry, paths: paths)
    settings.level = .debug
    writer = try LogWriter(settings, time: time)
    threshold = Guarded(telemetry.level)
  }

  var log: Log {
    let log = writer.log
    return Log { [threshold] level, message, fields in
      if level >= threshold.withLock(\.self) { log.write(level, message, fields) }
    }
  }

  /// Writes lines from this level on.
  func setLevel(_ level: LogLevel) { threshold.withLock { $0 = level } }

  /// Writes all that waits.
  func flush() async { await writer.flush() }

  /// Opens the file anew, after it was moved away.
  func reopen() async throws(LogError) { try await writer.reopen() }
}
