import PluginAPI

/// What was swapped today; a day is midnight to midnight UTC.
struct DayBudget: Sendable, Hashable, Codable {
  private static let key = "day"

  var day: Int64
  var spent: USD

  /// What is stored, or nothing spent when the stored day is over.
  static func load(_ run: Run) async throws -> DayBudget {
    let today = run.now.seconds / 86_400
    if let stored = try await run.state.value(key, as: DayBudget.self), stored.day == today {
      return stored
    }
    return DayBudget(day: today, spent: .zero)
  }

  func left(of limit: USD) -> USD { USD(max(0, limit.count - spent.count)) }

  func spending(_ usdc: USD) throws(ArithmeticOverflow) -> DayBudget {
    DayBudget(day: day, spent: try spent.adding(usdc))
  }

  func store(_ run: Run) async throws { try await run.state.set(Self.key, to: self) }
}
