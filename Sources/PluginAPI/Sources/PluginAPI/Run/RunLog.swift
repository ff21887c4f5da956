/// How much a log line matters.
public enum LogLevel: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
  /// For whoever looks for a fault.
  case debug
  /// The ordinary course of things.
  case info
  /// Something to look at.
  case warning
  /// Something failed.
  case error

  /// Orders by weight, the lightest first.
  public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .debug: 0
    case .info: 1
    case .warning: 2
    case .error: 3
    }
  }
}

/// Writes to the host's log; the host adds job, run and time.
public struct RunLog: Sendable {
  let services: any RunServices

  /// A line for whoever looks for a fault.
  public func debug(_ message: String, _ fields: [String: String] = [:]) {
    services.tell(.log(.debug, message, fields: fields))
  }

  /// A line about the ordinary course of things.
  public func info(_ message: String, _ fields: [String: String] = [:]) {
    services.tell(.log(.info, message, fields: fields))
  }

  /// A line about something to look at.
  public func warning(_ message: String, _ fields: [String: String] = [:]) {
    services.tell(.log(.warning, message, fields: fields))
  }

  /// A line about something that failed.
  public func error(_ message: String, _ fields: [String: String] = [:]) {
    services.tell(.log(.error, message, fields: fields))
  }
}

/// Publishes events that operators and other systems follow.
public struct RunEvents: Sendable {
  let services: any RunServices

  /// Publishes `name`, such as `GRID_REBUILD`, with its fields.
  public func emit(_ name: String, _ fields: [String: String] = [:]) {
    services.tell(.event(name: name, fields: fields))
  }
}

/// Publishes numbers about the job's own work.
public struct RunMetrics: Sendable {
  let services: any RunServices

  /// Adds `amount`, which must not be negative, to the counter `name`.
  public func add(_ name: String, _ amount: Double = 1) {
    services.tell(.metric(name: name, value: amount, kind: .counter))
  }

  /// Sets the gauge `name`.
  public func set(_ name: String, _ value: Double) {
    services.tell(.metric(name: name, value: value, kind: .gauge))
  }
}
