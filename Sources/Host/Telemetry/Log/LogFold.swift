import Isolation
import PluginAPI

/// Folds a warning that is repeated over and over: the first is written, the next ones are counted,
/// and after a while one line says how many there were.
///
/// Lines are the same when level, message, job and plugin are. The while doubles from 10 seconds to
/// 10 minutes as long as the line keeps coming.
struct LogFold {
  private struct Key: Hashable {
    let level: LogLevel
    let message: String
    let job: String?
    let plugin: String?

    init(_ line: LogLine) {
      level = line.level
      message = line.message
      job = line.fields["job"]
      plugin = line.fields["plugin"]
    }
  }

  private struct Window {
    var until: Timestamp
    var length: Duration
    var count = 0
    var last: LogLine?

    /// The newest of the counted lines with their number; `nil` when there were none.
    var summary: LogLine? {
      guard var line = last else { return nil }
      line.fields["repeated"] = "\(count)"
      return line
    }
  }

  private static let firstWindow = Duration.seconds(10)
  private static let longestWindow = Duration.seconds(600)
  private static let capacity = 1_024
  private var windows: [Key: Window] = [:]

  /// Takes a line in and returns what is to be written now.
  mutating func take(_ line: LogLine) -> [LogLine] {
    guard line.level >= .warning else { return [line] }
    let key = Key(line)
    guard var window = windows[key] else {
      if windows.count < Self.capacity {
        windows[key] = Window(until: line.time + Self.firstWindow, length: Self.firstWindow)
      }
      return [line]
    }
    window.count += 1
    window.last = line
    windows[key] = window
    return []
  }

  /// Ends the windows whose time is over and returns the lines that say what they held.
  mutating func expire(at now: Timestamp) -> [LogLine] {
    var lines: [LogLine] = []
    for (key, window) in windows where window.until <= now {
      guard let line = window.summary else {
        windows[key] = nil
        continue
      }
      lines.append(line)
      let length = min(window.length * 2, Self.longestWindow)
      windows[key] = Window(until: now + length, length: length)
    }
    return lines.sorted { $0.time < $1.time }
  }

  /// Ends all windows.
  mutating func finish() -> [LogLine] {
    defer { windows = [:] }
    return windows.values.compactMap(\.summary).sorted { $0.time < $1.time }
  }
}
