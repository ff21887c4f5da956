import Isolation
import PluginAPI
import Telemetry

/// Times as people say them.
enum TimeText {
  /// How long from `now` until `time`, such as `in 12s`, or since, such as `3m ago`.
  static func relative(_ time: Timestamp, to now: Timestamp) -> String {
    let distance = time - now
    let isFuture = distance >= .zero
    let text = brief(isFuture ? distance : .zero - distance)
    return isFuture ? "in \(text)" : "\(text) ago"
  }

  /// The largest unit and the next one, such as `1h05m` or `250ms`.
  static func brief(_ duration: Duration) -> String {
    let seconds = duration.nanoseconds / 1_000_000_000
    switch seconds {
    case ..<1: return "\(duration.nanoseconds / 1_000_000)ms"
    case ..<60: return "\(seconds)s"
    case ..<3_600: return "\(seconds / 60)m\(two(seconds % 60))s"
    case ..<86_400: return "\(seconds / 3_600)h\(two(seconds / 60 % 60))m"
    default: return "\(seconds / 86_400)d\(two(seconds / 3_600 % 24))h"
    }
  }

  /// The time in UTC, to the second.
  static func clock(_ time: Timestamp) -> String {
    let text = RFC3339.text(time)
    return text.prefix(19) + "Z"
  }

  /// Milliseconds with as many digits as matter.
  static func milliseconds(_ value: Double?) -> String {
    guard let value else { return "-" }
    let hundredths = Int64((value * 100).rounded())
    return "\(hundredths / 100).\(two(hundredths % 100))ms"
  }

  private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
